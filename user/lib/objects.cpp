// SPDX-License-Identifier: BSD-2-Clause
// The methods of kernel objects: arguments in the order of abi/methods.hpp.

#include <arch/machine.hpp>
#include <lib/objects.hpp>

namespace cobnut {

namespace {

constexpr Word low(uint64_t value) { return static_cast<Word>(value & 0xffffffff); }
constexpr Word high(uint64_t value) { return static_cast<Word>(value >> 32); }
constexpr uint64_t joined(Word low_half, Word high_half) {
    return uint64_t{high_half} << 32 | low_half;
}

Answer answer_of(const Message& reply) {
    Answer answer;
    answer.length = reply.tag.length();
    for (unsigned index = 0; index < answer.length && index < 8; ++index)
        answer.words[index] = reply.word(index);
    if (reply.error() != Error::none)
        answer.status = Status(reply.error(), answer.words[0], answer.words[1]);
    return answer;
}

} // namespace

Answer invoke(CapIndex target, Method method, const Word* words, unsigned word_count,
              const CapIndex* capabilities, unsigned capability_count) {
    Message message(Tag(static_cast<Word>(method), word_count, capability_count));
    for (unsigned index = 0; index < word_count; ++index)
        message.set(index, words[index]);
    for (unsigned index = 0; index < capability_count; ++index)
        ipc_buffer().capabilities[index] = capabilities[index];
    return answer_of(call(target, message));
}

Status Untyped::retype(ObjectType type, unsigned size_bits, CapIndex root, CapIndex first,
                       Word count) const {
    return invoke(index, Method::untyped_retype,
                  {static_cast<Word>(type), size_bits, 0, 0, first, count}, {root});
}

Result<Untyped::Info> Untyped::query() const {
    const Answer answer = invoke(index, Method::untyped_query);
    COBNUT_CHECK(answer);
    return Info{static_cast<unsigned>(answer.words[0]), joined(answer.words[1], answer.words[2]),
                answer.words[3]};
}

Status CNode::copy(Word to, Word depth, SlotPath source, Rights rights) const {
    return invoke(index, Method::cnode_copy, {to, depth, source.index, source.depth, rights.bits},
                  {source.root});
}

Status CNode::mint(Word to, Word depth, SlotPath source, Rights rights, Word badge) const {
    return invoke(index, Method::cnode_mint,
                  {to, depth, source.index, source.depth, rights.bits, badge}, {source.root});
}

Status CNode::move(Word to, Word depth, SlotPath source) const {
    return invoke(index, Method::cnode_move, {to, depth, source.index, source.depth},
                  {source.root});
}

Status CNode::mutate(Word to, Word depth, SlotPath source, Word badge) const {
    return invoke(index, Method::cnode_mutate, {to, depth, source.index, source.depth, badge},
                  {source.root});
}

Status CNode::rotate(Word to, Word depth, Word badge, SlotPath pivot, Word pivot_badge,
                     SlotPath source) const {
    return invoke(
        index, Method::cnode_rotate,
        {to, depth, badge, pivot.index, pivot.depth, pivot_badge, source.index, source.depth},
        {pivot.root, source.root});
}

Status CNode::remove(Word slot, Word depth) const {
    return invoke(index, Method::cnode_delete, {slot, depth});
}

Status CNode::revoke(Word slot, Word depth) const {
    return invoke(index, Method::cnode_revoke, {slot, depth});
}

Status CNode::cancel_badged_sends(Word slot, Word depth) const {
    return invoke(index, Method::cnode_cancel_badged_sends, {slot, depth});
}

Result<CNode::Content> CNode::identify(Word slot, Word depth) const {
    const Answer answer = invoke(index, Method::cnode_identify, {slot, depth});
    COBNUT_CHECK(answer);
    return Content{static_cast<ObjectType>(answer.words[0]),
                   Rights{static_cast<uint8_t>(answer.words[1])},
                   answer.words[2],
                   static_cast<unsigned>(answer.words[3]),
                   joined(answer.words[4], answer.words[5]),
                   (answer.words[6] & 1) != 0,
                   answer.words[6] & ~Word{1}};
}

Status PageTable::map(VSpace space, Word address) const {
    return invoke(index, Method::page_table_map, {address}, {space.index});
}

Status PageTable::unmap() const { return invoke(index, Method::page_table_unmap); }

Status Frame::map(VSpace space, Word address, Rights rights, Word attributes) const {
    return invoke(index, Method::frame_map, {address, rights.bits, attributes}, {space.index});
}

Status Frame::unmap() const { return invoke(index, Method::frame_unmap); }

Status Frame::set_rights(Rights rights, Word attributes) const {
    return invoke(index, Method::frame_set_rights, {rights.bits, attributes});
}

Status Frame::cache(CacheOperation operation, Word offset, Word bytes) const {
    return invoke(index, Method::frame_cache, {static_cast<Word>(operation), offset, bytes});
}

Result<Frame::Place> Frame::place() const {
    const Answer answer = invoke(index, Method::frame_address);
    COBNUT_CHECK(answer);
    return Place{joined(answer.words[0], answer.words[1]), static_cast<unsigned>(answer.words[2])};
}

Status Thread::configure(Word node_guard, CNode node, VSpace space, Word buffer_address,
                         Frame buffer) const {
    if (!buffer)
        return invoke(index, Method::thread_configure, {node_guard, 0, 0},
                      {node.index, space.index});
    return invoke(index, Method::thread_configure, {node_guard, 0, buffer_address},
                  {node.index, space.index, buffer.index});
}

Status Thread::set_space(Word node_guard, CNode node, VSpace space) const {
    return invoke(index, Method::thread_set_space, {node_guard}, {node.index, space.index});
}

Status Thread::set_ipc_buffer(Word address, Frame buffer) const {
    if (!buffer)
        return invoke(index, Method::thread_set_ipc_buffer, {0});
    return invoke(index, Method::thread_set_ipc_buffer, {address}, {buffer.index});
}

Status Thread::set_fault_handler(Endpoint handler) const {
    if (!handler)
        return invoke(index, Method::thread_set_fault_handler);
    return invoke(index, Method::thread_set_fault_handler, {}, {handler.index});
}

Status Thread::set_timeout_handler(Endpoint handler) const {
    if (!handler)
        return invoke(index, Method::thread_set_timeout_handler);
    return invoke(index, Method::thread_set_timeout_handler, {}, {handler.index});
}

Status Thread::set_priority(unsigned priority, unsigned max_priority, Thread authority) const {
    return invoke(index, Method::thread_set_priority, {priority, max_priority}, {authority.index});
}

Status Thread::bind_notification(Notification notification) const {
    return invoke(index, Method::thread_bind_notification, {}, {notification.index});
}

Status Thread::unbind_notification() const {
    return invoke(index, Method::thread_unbind_notification);
}

Status Thread::read_registers(bool suspend_first, unsigned first, unsigned count, Word* values,
                              Word& held) const {
    Message message =
        Message::of(static_cast<Word>(Method::thread_read_registers), suspend_first, first, count);
    message = call(index, message);
    if (message.error() != Error::none)
        return answer_of(message).status;
    held = message.word(0);
    for (unsigned number = 0; number < count && number + 1 < message.tag.length(); ++number)
        values[number] = message.word(number + 1);
    return {};
}

Status Thread::write_registers(bool resume_then, unsigned first, unsigned count,
                               const Word* values) const {
    Message message(Tag(static_cast<Word>(Method::thread_write_registers), 3 + count));
    message.set(0, resume_then);
    message.set(1, first);
    message.set(2, count);
    for (unsigned number = 0; number < count; ++number)
        message.set(3 + number, values[number]);
    return answer_of(call(index, message)).status;
}

Status Thread::set_start(Word entry, Word stack, Word first, Word second) const {
    const Word place[] = {entry, stack};
    COBNUT_CHECK(write_registers(false, 0, 2, place));
    COBNUT_CHECK(write_registers(false, arch::argument_register[0], 1, &first));
    return write_registers(false, arch::argument_register[1], 1, &second);
}

Status Thread::copy_registers(Thread source, bool suspend_source, bool resume) const {
    return invoke(index, Method::thread_copy_registers,
                  {Word{suspend_source}, Word{resume}}, {source.index});
}

Status Thread::suspend() const { return invoke(index, Method::thread_suspend); }
Status Thread::resume() const { return invoke(index, Method::thread_resume); }

Status Thread::set_flags(Word clear, Word set) const {
    return invoke(index, Method::thread_set_flags, {clear, set});
}

Result<Thread::Info> Thread::info() const {
    const Answer answer = invoke(index, Method::thread_info);
    COBNUT_CHECK(answer);
    return Info{answer.words[0], static_cast<unsigned>(answer.words[1]),
                static_cast<unsigned>(answer.words[2]), answer.words[3], answer.words[4]};
}

Status SchedContext::bind(Capability thread_or_notification) const {
    return invoke(index, Method::sched_context_bind, {}, {thread_or_notification.index});
}

Status SchedContext::unbind() const { return invoke(index, Method::sched_context_unbind); }

Result<uint64_t> SchedContext::consumed() const {
    const Answer answer = invoke(index, Method::sched_context_consumed);
    COBNUT_CHECK(answer);
    return joined(answer.words[0], answer.words[1]);
}

Status SchedContext::yield_to() const { return invoke(index, Method::sched_context_yield_to); }

Status SchedControl::configure(SchedContext context, uint64_t budget, uint64_t period,
                               unsigned extra_refills, Word badge, Word flags) const {
    return invoke(index, Method::sched_control_configure,
                  {low(budget), high(budget), low(period), high(period), extra_refills, badge, flags},
                  {context.index});
}

Status IrqControl::get(unsigned number, Trigger trigger, SlotPath target) const {
    return invoke(index, Method::irq_control_get,
                  {number, static_cast<Word>(trigger), target.index, target.depth}, {target.root});
}

Status IrqHandler::acknowledge() const { return invoke(index, Method::irq_handler_acknowledge); }

Status IrqHandler::set_notification(Notification notification) const {
    return invoke(index, Method::irq_handler_set_notification, {}, {notification.index});
}

Status IrqHandler::clear() const { return invoke(index, Method::irq_handler_clear); }

Result<uint32_t> IoPort::read(uint16_t port, unsigned bytes) const {
    const Answer answer = invoke(index, Method::io_port_read, {port, bytes});
    COBNUT_CHECK(answer);
    return static_cast<uint32_t>(answer.words[0]);
}

Status IoPort::write(uint16_t port, unsigned bytes, uint32_t value) const {
    return invoke(index, Method::io_port_write, {port, bytes, value});
}

Status Firmware::power_off() const { return invoke(index, Method::firmware_power_off); }
Status Firmware::reset() const { return invoke(index, Method::firmware_reset); }
Status Firmware::suspend() const { return invoke(index, Method::firmware_suspend); }

Status Trace::set_frame(unsigned number, Frame frame) const {
    return invoke(index, Method::trace_set_frame, {number}, {frame.index});
}

Status Trace::start(Word events) const { return invoke(index, Method::trace_start, {events}); }
Status Trace::stop() const { return invoke(index, Method::trace_stop); }

Result<uint64_t> Trace::identify(Capability object) const {
    const Answer answer = invoke(index, Method::trace_identify, {}, {object.index});
    COBNUT_CHECK(answer);
    return joined(answer.words[0], answer.words[1]);
}

} // namespace cobnut
