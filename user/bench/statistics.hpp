// SPDX-License-Identifier: BSD-2-Clause
// What is printed of many samples.
#pragma once

#include <lib/text.hpp>

namespace cobnut::bench {

/// Sorts the samples and describes them: minimum, median, 99th percentile, and a histogram of ten
/// equal steps from the minimum on, as first value of a step and number of samples in it; steps
/// that are empty are left out, the last one holds whatever is greater.
Line described(uint32_t* samples, unsigned count);

} // namespace cobnut::bench
