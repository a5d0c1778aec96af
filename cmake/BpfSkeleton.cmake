# SPDX-License-Identifier: GPL-2.0-or-later
#
# tracker_bpf_skeleton(NAME SOURCE HEADER DEPENDS headers...): compiles SOURCE to an object with CO-RE
# relocations, strips debug sections that only a debugger wants, and makes HEADER, which embeds it as
# NAME_bpf.
find_program(CLANG clang REQUIRED)
find_program(LLVM_STRIP NAMES llvm-strip llvm-strip-14 REQUIRED)
find_program(BPFTOOL bpftool REQUIRED PATHS /usr/sbin)

function(tracker_bpf_skeleton name source header)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CLANG} -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter
      -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE} -c ${source} -o ${object}
    COMMAND ${LLVM_STRIP} -g ${object}
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${name}_bpf > ${header}
    DEPENDS ${source} ${ARG_DEPENDS}
    COMMENT "BPF ${name}.bpf.c" VERBATIM)
endfunction()
