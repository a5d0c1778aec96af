# SPDX-License-Identifier: GPL-2.0-or-later
#
# tracker_library(NAME DEPENDS libs... ): one static library per folder, made of all *.cpp below the folder.
# tracker_options(TARGET): warnings as errors and sanitizers, for our own targets only.

function(tracker_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  # What g++ warns of is an error; clang, which compiles for the sanitizers in half of the time, has
  # views of its own.
  if(TRACKER_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined
      -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-error)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
  if(TRACKER_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link,address,undefined
      -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-error)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
  if(TRACKER_CLANG_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY
      "clang-tidy;--quiet;--warnings-as-errors=*")
  endif()
endfunction()

function(tracker_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(tracker_${name} STATIC ${sources})
  target_link_libraries(tracker_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  tracker_options(tracker_${name})
endfunction()
