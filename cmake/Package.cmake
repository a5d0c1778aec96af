# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is installed beside the program - manual page, completion, systemd unit - and the Debian
# package that cpack makes of it (scripts/package).
include(GNUInstallDirs)

# Only what is installed has to be built before: not the tests.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
# Folders in a package have the same rights whoever builds it.
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(TRACKER_MAINTAINER "tracker maintainers <maintainers@tracker.invalid>" CACHE STRING
  "Who the Debian package names as its maintainer")
set(packaging ${PROJECT_SOURCE_DIR}/packaging)
set(made ${PROJECT_BINARY_DIR}/packaging)
file(MAKE_DIRECTORY ${made})

# The program is asked, so that neither goes stale.
add_custom_command(OUTPUT ${made}/tracker.1 ${made}/tracker.1.gz
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/manual-page $<TARGET_FILE:tracker> > ${made}/tracker.1
  COMMAND gzip -9nkf ${made}/tracker.1
  DEPENDS tracker ${PROJECT_SOURCE_DIR}/scripts/manual-page ${PROJECT_SOURCE_DIR}/docs/tracker.1.in
  VERBATIM)
set(completions)
foreach(shell bash zsh fish)
  add_custom_command(OUTPUT ${made}/completion.${shell}
    COMMAND tracker completion ${shell} > ${made}/completion.${shell}
    DEPENDS tracker VERBATIM)
  list(APPEND completions ${made}/completion.${shell})
endforeach()
configure_file(${packaging}/changelog.in ${made}/changelog @ONLY)
add_custom_command(OUTPUT ${made}/changelog.gz
  COMMAND gzip -9nkf ${made}/changelog DEPENDS ${made}/changelog VERBATIM)
add_custom_target(package_files ALL
  DEPENDS ${made}/tracker.1.gz ${completions} ${made}/changelog.gz)

set(package packet-tracker)
install(FILES ${made}/tracker.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/completion.bash RENAME tracker
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}/completion.zsh RENAME _tracker
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${made}/completion.fish RENAME tracker.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${packaging}/tracker-dropmon.service DESTINATION lib/systemd/system)
install(FILES ${packaging}/copyright ${made}/changelog.gz README.md
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package})
install(FILES docs/collecting.md docs/permissions.md docs/limits.md docs/events.md docs/journeys.md
  docs/recording-format.md docs/figures.md
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package}/docs)

set(CPACK_GENERATOR DEB)
# Debian has another package of the name tracker, which a higher version would replace this one by.
set(CPACK_PACKAGE_NAME ${package})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "${TRACKER_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
  "packet-flow tracker: where a packet went and why it was dropped")
set(CPACK_PACKAGE_DESCRIPTION
"Watches the kernel's tracepoints with eBPF, records every event in one file
and turns it into one timeline per packet, ending in a verdict: dropped (with
reason and place), transmitted or consumed. Recordings can be read on another
machine. Needs a kernel of 5.15 or newer with BTF; no compiler, no headers.")
include(CPack)
