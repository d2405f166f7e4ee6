# SPDX-License-Identifier: BSD-2-Clause
"""The parts of the cobnut command, one file per subcommand."""
