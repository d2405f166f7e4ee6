// SPDX-License-Identifier: BSD-2-Clause
// What can be wrong with a device tree.
#pragma once

#include <stdint.h>

namespace cobnut::fdt {

enum class Error : uint8_t {
    none,
    header_truncated,
    magic_wrong,
    total_size_wrong,
    version_not_supported,
    reserve_map_outside,
    reserve_map_not_terminated,
    structure_block_outside,
    structure_block_misaligned,
    strings_block_outside,
    structure_truncated,
    token_unknown,
    node_name_not_terminated,
    property_outside,
    property_name_outside,
    property_after_child,
    property_outside_node,
    nodes_too_deep,
    node_not_closed,
    root_missing,
    root_not_single,
    // Of single properties
    not_found,
    reg_missing,
    reg_size_wrong,
    address_cells_wrong,
    size_cells_wrong,
    ranges_missing,
    ranges_size_wrong,
    address_not_in_ranges,
    address_overflows,
    interrupts_size_wrong,
    interrupt_controller_missing,
    interrupt_cells_wrong,
    initrd_wrong,
};

constexpr const char* text(Error error) {
    switch (error) {
    case Error::none:
        return "device tree: no error";
    case Error::header_truncated:
        return "device tree: the header runs past the end of the blob";
    case Error::magic_wrong:
        return "device tree: the magic number is wrong";
    case Error::total_size_wrong:
        return "device tree: totalsize is less than the header or more than the blob";
    case Error::version_not_supported:
        return "device tree: version or last_comp_version is not supported";
    case Error::reserve_map_outside:
        return "device tree: off_mem_rsvmap lies outside the blob";
    case Error::reserve_map_not_terminated:
        return "device tree: the memory reservation block has no end entry";
    case Error::structure_block_outside:
        return "device tree: off_dt_struct or size_dt_struct lies outside the blob";
    case Error::structure_block_misaligned:
        return "device tree: off_dt_struct is not a multiple of 4";
    case Error::strings_block_outside:
        return "device tree: off_dt_strings or size_dt_strings lies outside the blob";
    case Error::structure_truncated:
        return "device tree: structure block runs past the end";
    case Error::token_unknown:
        return "device tree: unknown token in the structure block";
    case Error::node_name_not_terminated:
        return "device tree: a node name runs past the end of the structure block";
    case Error::property_outside:
        return "device tree: a property value runs past the end of the structure block";
    case Error::property_name_outside:
        return "device tree: a property name lies outside the strings block";
    case Error::property_after_child:
        return "device tree: a property follows a child node";
    case Error::property_outside_node:
        return "device tree: a property stands outside of every node";
    case Error::nodes_too_deep:
        return "device tree: nodes are nested too deep";
    case Error::node_not_closed:
        return "device tree: begin and end of nodes do not match";
    case Error::root_missing:
        return "device tree: there is no root node";
    case Error::root_not_single:
        return "device tree: there is more than one root node";
    case Error::not_found:
        return "device tree: no such node or property";
    case Error::reg_missing:
        return "device tree: reg is missing or has too few entries";
    case Error::reg_size_wrong:
        return "device tree: the size of reg does not fit the #address-cells and #size-cells above";
    case Error::address_cells_wrong:
        return "device tree: #address-cells is malformed or more than 2";
    case Error::size_cells_wrong:
        return "device tree: #size-cells is malformed or more than 2";
    case Error::ranges_missing:
        return "device tree: ranges is missing on the way to the root";
    case Error::ranges_size_wrong:
        return "device tree: the size of ranges does not fit the cells around it";
    case Error::address_not_in_ranges:
        return "device tree: the address of reg is not covered by ranges";
    case Error::address_overflows:
        return "device tree: the address and size of reg or ranges overflow";
    case Error::interrupts_size_wrong:
        return "device tree: the size of interrupts does not fit #interrupt-cells";
    case Error::interrupt_controller_missing:
        return "device tree: the interrupt-parent is missing or names no node";
    case Error::interrupt_cells_wrong:
        return "device tree: #interrupt-cells is malformed, 0 or more than 4";
    case Error::initrd_wrong:
        return "device tree: linux,initrd-start or linux,initrd-end is malformed";
    }
    return "device tree: unknown error";
}

// A value, or why there is none.
template <class T>
struct [[nodiscard]] Answer {
    T value{};
    Error error = Error::none;

    constexpr Answer(T the_value) : value{the_value} {}
    constexpr Answer(Error the_error) : error{the_error} {}
    constexpr explicit operator bool() const { return error == Error::none; }
    constexpr const T& operator*() const { return value; }
    constexpr const T* operator->() const { return &value; }
};

} // namespace cobnut::fdt
