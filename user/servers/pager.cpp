// SPDX-License-Identifier: BSD-2-Clause
// Serves the page faults of one client: makes a page of its own memory, maps it where the client
// stopped, and lets it go on. Faults outside the window are refused: the client stays stopped.

#include <lib/memory_pool.hpp>
#include <servers/protocol.hpp>

namespace cobnut {

namespace {

using tour::DemandWindow;
using tour::Given;

constexpr unsigned page_bits = 12;
constexpr Word page_mask = (Word{1} << page_bits) - 1;

class Pager {
public:
    Message handle(const Message& message) {
        if (message.kind() == Kind::fault)
            return Message::of(
                static_cast<Word>(serve(message) ? FaultReply::resume : FaultReply::stop));
        return Message::of(0, served_, refused_);
    }

private:
    bool serve(const Message& fault) {
        const Word page = fault.word(2) & ~page_mask;
        const bool ours = fault.label() == static_cast<Word>(FaultType::vm) &&
                          page >= DemandWindow::begin &&
                          (page - DemandWindow::begin) >> page_bits < DemandWindow::pages;
        if (!ours || !map_page(page).ok()) {
            const bool ended = // its end is a fault too
                fault.label() == static_cast<Word>(FaultType::capability) && fault.word(2) == 0;
            refused_ += !ended;
            return false;
        }
        ++served_;
        return true;
    }

    Status map_page(Word address) {
        const CapIndex place = slots_.take();
        COBNUT_CHECK(memory_.retype(ObjectType::frame, page_bits, node_.index, place));
        return map_frame(Frame(place), VSpace(Given::space), address, Rights::read_write(),
                         static_cast<Word>(MemoryType::normal) | MapAttributes::execute_never,
                         memory_, node_, slots_);
    }

    CNode node_{Given::node};
    Untyped memory_{Given::memory};
    SlotPool slots_{Given::first_free, 128};
    Word served_ = 0;
    Word refused_ = 0;
};

} // namespace

void main(Word) {
    Pager pager;
    Message message = recv(Given::service, Given::reply);
    for (;;)
        message = reply_recv(Given::service, pager.handle(message), Given::reply);
}

} // namespace cobnut
