// SPDX-License-Identifier: BSD-2-Clause
// Sorting and counting samples.

#include "statistics.hpp"

namespace cobnut::bench {

namespace {

/// Shell's sort: in place, without recursion.
void sort(uint32_t* samples, unsigned count) {
    for (unsigned gap = count / 2; gap > 0; gap /= 2)
        for (unsigned index = gap; index < count; ++index) {
            const uint32_t sample = samples[index];
            unsigned at = index;
            for (; at >= gap && samples[at - gap] > sample; at -= gap)
                samples[at] = samples[at - gap];
            samples[at] = sample;
        }
}

} // namespace

Line described(uint32_t* samples, unsigned count) {
    constexpr unsigned steps = 10;
    if (count == 0)
        return Line("none");
    sort(samples, count);
    const uint32_t least = samples[0];
    const uint32_t late = samples[count - 1 - count / 100];
    Line line("min ", least, " median ", samples[count / 2], " p99 ", late, " of ", count,
              " histogram");
    const uint32_t width = (late - least) / steps + 1;
    for (unsigned step = 0, index = 0; step < steps; ++step) {
        const uint32_t begin = least + step * width;
        const unsigned first = index;
        while (index < count && (step + 1 == steps || samples[index] < begin + width))
            ++index;
        if (index > first)
            line.add(' '), line.add(begin), line.add(':'), line.add(index - first);
    }
    return line;
}

} // namespace cobnut::bench
