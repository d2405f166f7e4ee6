// SPDX-License-Identifier: BSD-2-Clause
// Rules that all tests show together; the harness judges them (harness/reference.cpp).
#include "chapters.hpp"

namespace conformance {
namespace {

constexpr Test tests[] = {
    {"reference: every method was seen to succeed, and to be refused by each error it names", nullptr},
    {"reference: every form of the system call was seen to end in each error it names", nullptr},
    {"reference: no method was seen to be refused by an error that it does not name", nullptr},
    {"reference: no form of the system call was seen to end in an error that it does not name", nullptr},
};

} // namespace

constinit const Chapter reference_chapter = chapter("the reference", tests);

} // namespace conformance
