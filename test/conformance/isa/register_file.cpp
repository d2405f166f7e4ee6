// SPDX-License-Identifier: BSD-2-Clause
// What is made of whole register files on every ISA.
#include "isa.hpp"
#include "register_file.hpp"

namespace conformance::isa {

namespace {

/// How many of the registers with this role are not as wanted.
template <class Wanted>
Word count(const RegisterFile& file, Role role, Wanted wanted) {
    Word wrong = 0;
    for (unsigned place = 0; place < register_count; ++place)
        wrong += roles[place] == role && file.word[place] != wanted(place) ? 1 : 0;
    return wrong;
}

void nb_send(RegisterFile& file, Word seed, CapIndex capability) {
    fill(file, seed);
    set_form(file, Syscall::nb_send, 0, 0);
    file.word[place_of(Role::capability)] = capability;
    file.word[place_of(Role::tag)] = 0;
    trap_with(file, Syscall::nb_send);
}

} // namespace

unsigned place_of(Role role) {
    unsigned place = 0;
    while (roles[place] != role)
        ++place;
    return place;
}

Word pattern(Word seed, unsigned number) {
    const Word low = (static_cast<uint32_t>(seed) * 0x9e3779b9) ^ number << 8 ^ 0x5a00003c;
    return word_bits == 64 ? low << (word_bits / 2) | (low ^ 0x00ff00ff) : low;
}

void fill(RegisterFile& file, Word seed) {
    for (unsigned place = 0; place < register_count; ++place)
        file.word[place] = pattern(seed, place);
    file.flags = (seed % 2 != 0 ? ~Word{0} : 0x5555555) & flags_mask;
}

void fill(FpuFile& file, Word seed) {
    for (unsigned index = 0; index < fpu_words; ++index)
        file.word[index] = pattern(seed, 128 + index);
    make_valid(file);
}

unsigned differences(const FpuFile& one, const FpuFile& other) {
    unsigned count = 0;
    for (unsigned index = 0; index < fpu_words; ++index)
        count += one.word[index] != other.word[index] ? 1 : 0;
    return count;
}

Word changed_callee_saved(Word seed, CapIndex capability) {
    RegisterFile file;
    nb_send(file, seed, capability);
    RegisterFile before;
    fill(before, seed);
    set_form(before, Syscall::nb_send, 0, 0);
    return count(file, Role::preserved, [&](unsigned place) { return before.word[place]; });
}

Word uncleared(Word seed, CapIndex capability) {
    RegisterFile file;
    nb_send(file, seed, capability);
    return count(file, Role::cleared, [](unsigned) { return Word{0}; });
}

Word changed_while_spinning(Word seed, Word rounds) {
    RegisterFile file;
    fill(file, seed);
    file.word[counting_place] = rounds;
    const Word flags = file.flags;
    spin_with(file);
    Word changed = (file.flags & flags_mask) != flags ? 1 : 0;
    for (unsigned place = 0; place < register_count; ++place)
        changed += file.word[place] != (place == counting_place ? 0 : pattern(seed, place)) ? 1 : 0;
    return changed;
}

void fill_fpu(Word seed) {
    FpuFile file;
    fill(file, seed);
    load_fpu(file);
}

Word changed_fpu(Word seed) {
    FpuFile file, wanted;
    store_fpu(file);
    fill(wanted, seed);
    return differences(file, wanted);
}

} // namespace conformance::isa
