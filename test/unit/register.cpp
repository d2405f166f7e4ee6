// SPDX-License-Identifier: BSD-2-Clause
// Typed bit fields and device register blocks.
#include <cobnut/register.hpp>

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <utility>
#include <vector>

namespace {

using namespace cobnut::reg;

enum class Level : uint8_t { low = 0, middle = 2, high = 3 };

struct Control : Word<Control, uint32_t> {
    using Word::Word;
    using Enable = Flag<0>;
    using Depth = Field<7, 4, unsigned>;
    using Trigger = Field<9, 8, Level>;
    using Base = InPlace<31, 12, uint32_t>;
    static_assert(disjoint<Enable, Depth, Trigger, Base>);
};

static_assert(!disjoint<Flag<3>, Field<4, 2>>);
static_assert(disjoint<Flag<5>, Field<4, 2>>);
static_assert(Field<63, 0>::mask == ~uint64_t{0});
static_assert(Field<63, 63>::mask == uint64_t{1} << 63);

static_assert(std::is_trivially_copyable_v<Control> && sizeof(Control) == 4);
static_assert(std::is_same_v<decltype(Control{}.with<Control::Enable>(true)), Control>);
static_assert(Control{}.with<Control::Enable>(true).raw() == 1);
static_assert(Control{}.with<Control::Depth>(9).with<Control::Depth>(5).raw() == 0x50);
static_assert(Control{0xffffffff}.with<Control::Trigger>(Level::low).raw() == 0xfffffcff);
static_assert(Control{}.with<Control::Trigger>(Level::high).get<Control::Trigger>() == Level::high);
static_assert(Control{}.with<Control::Base>(0x80001000).get<Control::Base>() == 0x80001000);
static_assert(Control{0xabcd1fff}.get<Control::Base>() == 0xabcd1000);
static_assert(Control{0xffffffff}.clear<Control::Enable, Control::Depth>().raw() == 0xffffff0e);
static_assert(Control{}.set<Control::Enable>() == Control{1});

struct Opaque;
using Plain = Word<Opaque, uint64_t>;
static_assert(Plain{}.with<Field<63, 60>>(0xf).raw() == 0xf000000000000000);

template <class Raw, unsigned High, unsigned Low>
consteval bool round_trips() {
    using F = Field<High, Low>;
    using W = Word<Opaque, Raw>;
    constexpr uint64_t largest = F::mask >> F::shift;
    for (const uint64_t value : {uint64_t{0}, uint64_t{1} & largest, largest}) {
        const auto ones = W{static_cast<Raw>(~Raw{0})}.template with<F>(value);
        const auto zeros = W{}.template with<F>(value);
        if (ones.template get<F>() != value || zeros.template get<F>() != value)
            return false;
        if (zeros.raw() != static_cast<Raw>(value << Low))
            return false;
        if (static_cast<Raw>(ones.raw() | static_cast<Raw>(F::mask)) != static_cast<Raw>(~Raw{0}))
            return false;
    }
    return true;
}

template <class Raw, unsigned Low, unsigned... High>
consteval bool round_trips_from(std::integer_sequence<unsigned, High...>) {
    return (round_trips<Raw, Low + High, Low>() && ...);
}

template <class Raw, unsigned... Low>
consteval bool every_field_round_trips(std::integer_sequence<unsigned, Low...>) {
    return (
        round_trips_from<Raw, Low>(std::make_integer_sequence<unsigned, sizeof(Raw) * 8 - Low>{}) &&
        ...);
}

static_assert(every_field_round_trips<uint8_t>(std::make_integer_sequence<unsigned, 8>{}));
static_assert(every_field_round_trips<uint32_t>(std::make_integer_sequence<unsigned, 32>{}));
static_assert(round_trips<uint64_t, 63, 0>() && round_trips<uint64_t, 63, 63>());

// A block that remembers each access.
struct Bus {
    std::map<size_t, uint64_t> cells;
    std::vector<std::pair<size_t, size_t>> writes; // offset, width
};

class Recorded {
public:
    explicit Recorded(Bus& bus) : bus_{&bus} {}
    Recorded() = default;
    template <std::unsigned_integral Raw>
    Raw read(size_t offset) const {
        return static_cast<Raw>(bus_->cells[offset]);
    }
    template <std::unsigned_integral Raw>
    void write(size_t offset, Raw value) {
        bus_->writes.emplace_back(offset, sizeof(Raw));
        bus_->cells[offset] = value;
    }

private:
    Bus* bus_ = nullptr;
};

static_assert(RegisterAccess<Recorded> && RegisterAccess<Volatile>);

using ControlRegister = Register<0x10, Control>;
using Data = Register<0x14, uint8_t, Wo>;
using Enables = RegisterArray<0x100, 32, uint32_t>;

} // namespace

TEST_CASE("a register write is one access of the register's width at its offset", "[register]") {
    Bus bus;
    const Mmio<Recorded> device{Recorded{bus}};
    device.write<ControlRegister>(Control{}.with<Control::Depth>(3));
    device.write<Data>('x');
    device.write<Enables>(5, 0x80);
    CHECK(bus.writes == std::vector<std::pair<size_t, size_t>>{{0x10, 4}, {0x14, 1}, {0x114, 4}});
    CHECK(device.read<ControlRegister>().get<Control::Depth>() == 3);
    CHECK(device.read<Enables>(5) == 0x80);
}

TEST_CASE("the volatile access reads and writes memory", "[register]") {
    alignas(8) uint32_t memory[8] = {};
    const Mmio<> device{reinterpret_cast<uintptr_t>(memory)};
    device.write<ControlRegister>(Control{0x12345678});
    CHECK(memory[4] == 0x12345678);
    memory[4] = 1;
    CHECK(device.read<ControlRegister>().get<Control::Enable>());
}
