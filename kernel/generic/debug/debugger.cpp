// SPDX-License-Identifier: BSD-2-Clause
// The kernel debugger: when it is entered, its line, its commands.
#include <generic/contract/console.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/timer.hpp>
#include <generic/debug/command.hpp>
#include <generic/debug/debugger.hpp>
#include <generic/debug/print.hpp>
#include <generic/debug/report.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::debug {

namespace {

constexpr int escape = 0x1b;
constexpr unsigned most_at_once = 16; ///< Characters that one look takes.

/// What has been typed up to the end of a line.
class Line {
public:
    void read() {
        length_ = 0;
        for (;;) {
            const int character = arch::console_get();
            if (character == '\r' || character == '\n')
                break;
            if (character == '\b' || character == 0x7f)
                erase(1);
            else if (character == 0x15) // Ctrl-U
                erase(length_);
            else if (character >= ' ' && character < 0x7f && length_ + 1 < sizeof(text_))
                arch::console_put(text_[length_++] = static_cast<char>(character));
        }
        text_[length_] = 0;
        print("\n");
    }

    /// The next word, ended by a 0; empty at the end. Separators are spaces.
    const char* word(unsigned& at) {
        while (text_[at] == ' ')
            ++at;
        const char* begin = text_ + at;
        while (text_[at] != 0 && text_[at] != ' ')
            ++at;
        if (text_[at] == ' ')
            text_[at++] = 0;
        return begin;
    }

private:
    void erase(unsigned count) {
        for (; count > 0 && length_ > 0; --count, --length_)
            print("\b \b");
    }

    char text_[80];
    unsigned length_ = 0;
};

/// A number in base 16, with or without "0x". False: it is none, or too large.
bool parse(const char* text, Word& number) {
    if (text[0] == '0' && text[1] == 'x')
        text += 2;
    if (*text == 0)
        return false;
    for (number = 0; *text != 0; ++text) {
        const unsigned char c = static_cast<unsigned char>(*text);
        const unsigned digit = c >= '0' && c <= '9'   ? c - '0'
                               : c >= 'a' && c <= 'f' ? c - 'a' + 10
                               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                      : 16;
        if (digit == 16 || number >> (word_bits - 4) != 0)
            return false;
        number = number << 4 | digit;
    }
    return true;
}

bool begins(const char* name, const char* part) {
    while (*part != 0 && *part == *name)
        ++part, ++name;
    return *part == 0;
}

void help() {
    for (const Command* command : commands)
        print("  ", command->name, " ", command->arguments, ": ", command->brief, "\n");
    print("  go: leaves the debugger\n"
          "Numbers are hexadecimal. A name may be cut short.\n");
}

/// The first command of this name or beginning.
const Command* find(const char* name) {
    for (const Command* command : commands)
        if (begins(command->name, name))
            return command;
    return nullptr;
}

/// False: the debugger is left.
bool execute(const Cpu& cpu, Line& line) {
    unsigned at = 0;
    const char* name = line.word(at);
    if (*name == 0)
        return true;
    if (begins("go", name))
        return false;
    if (begins("help", name) || *name == '?') {
        help();
        return true;
    }
    const Command* command = find(name);
    if (command == nullptr) {
        print("no such command: ", name, "; help lists them\n");
        return true;
    }
    Arguments arguments{cpu};
    for (const char* word = line.word(at); *word != 0; word = line.word(at)) {
        if (arguments.count == Arguments::most || !parse(word, arguments.number[arguments.count])) {
            print("no hexadecimal number, or one too many: ", word, "\n");
            return true;
        }
        ++arguments.count;
    }
    command->run(arguments);
    return true;
}

void run(Cpu& cpu) {
    cpu.debugging = true;
    end_of_reports();
    print("\nCobnut debugger; help lists the commands, go leaves\n");
    Line line;
    do {
        print("debug> ");
        line.read();
    } while (execute(cpu, line));
    cpu.debugging = false;
}

bool key_typed() {
    for (unsigned i = 0; i < most_at_once; ++i) {
        const int character = arch::console_get();
        if (character == escape)
            return true;
        if (character < 0)
            return false;
    }
    return false;
}

} // namespace

namespace detail {

void listen(Cpu& cpu) {
    if (!key_typed())
        return;
    const Ticks begin = arch::now();
    run(cpu);
    // The time in the debugger is nobody's.
    cpu.end_slice(cpu.slice_end() + (arch::now() - begin));
    cpu.time_read = false;
}

void limit_idle(Cpu& cpu) {
    if (!arch::console_listens())
        return;
    const Ticks soon = arch::now() + arch::ticks_per_second() / 8;
    if (soon < cpu.deadline) {
        cpu.deadline = soon;
        arch::set_deadline(soon);
    }
}

void offer() {
    // Before the first object there is nothing to look at, and perhaps no clock.
    if (kernel_state.root == nullptr || !arch::console_listens())
        return;
    Cpu& cpu = arch::current_cpu();
    if (cpu.debugging) // it has failed itself
        return;
    const Ticks end = arch::now() + arch::ticks_per_second();
    while (arch::now() < end && arch::console_listens())
        if (key_typed())
            return run(cpu);
}

} // namespace detail

} // namespace kernel::debug
