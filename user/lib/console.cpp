// SPDX-License-Identifier: BSD-2-Clause
// Text in messages: byte i in bits 8 * (i % bytes of a word) of word 1 + i / bytes of a word.

#include <lib/console.hpp>

namespace cobnut {

namespace {

Message packed(Text text) {
    const auto words = static_cast<unsigned>((text.size() + sizeof(Word) - 1) / sizeof(Word));
    Message message(Tag(ConsoleProtocol::print, words + 1));
    message.set(0, text.size());
    for (unsigned word = 0; word < words; ++word) {
        Word value = 0;
        for (unsigned byte = 0; byte < sizeof(Word); ++byte) {
            const auto character = static_cast<uint8_t>(text[word * sizeof(Word) + byte]);
            value |= Word{character} << (8 * byte);
        }
        message.set(word + 1, value);
    }
    return message;
}

} // namespace

void ConsoleClient::print_text(Text text) {
    text = text.first(ConsoleProtocol::max_bytes);
    // A driver that dies while it prints takes its Reply object along.
    for (;;) {
        const Message answer = call(endpoint_.index, packed(text));
        if (answer.received() || answer.error() != Error::canceled)
            return;
        ++retries_;
    }
}

Text unpack_text(const Message& message, char (&buffer)[ConsoleProtocol::max_bytes]) {
    if (message.tag.length() == 0)
        return {};
    Word size = message.word(0);
    const Word sent = Word{message.tag.length() - 1} * sizeof(Word);
    if (size > sent)
        size = sent;
    if (size > ConsoleProtocol::max_bytes)
        size = ConsoleProtocol::max_bytes;
    for (unsigned index = 0; index < size; ++index) {
        const unsigned word = 1 + index / unsigned{sizeof(Word)};
        buffer[index] = static_cast<char>(message.word(word) >> (index % sizeof(Word) * 8));
    }
    return {buffer, size};
}

} // namespace cobnut
