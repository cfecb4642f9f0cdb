# `cpack -G DEB` in a build's folder: a package for the release of Debian that it was built on, whose libraries
# have names of their own. So has the package's version, and a later release's is higher.
cmake_host_system_information(RESULT release QUERY DISTRIB_VERSION_ID)
cmake_host_system_information(RESULT codename QUERY DISTRIB_VERSION_CODENAME)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${PROJECT_NAME})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "The txsurvey developers")
set(CPACK_PACKAGE_CONTACT "${CPACK_PACKAGE_VENDOR} <txsurvey@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "ask the nodes of the Bitcoin network for a transaction")
set(CPACK_PACKAGE_DESCRIPTION
"Surveys many nodes of the Bitcoin network at once: each is asked for a
transaction, and what it answered becomes one JSON record. The share of nodes
that serve it comes with its confidence interval, over IPv4, IPv6, Tor, I2P and
CJDNS. A simulated network to try surveys on is part of the package.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1~deb${release})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "jq, tor")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS python3) # txsurvey-scheduled, -watch and -nodes are written in it
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/debian/prerm ${CMAKE_CURRENT_SOURCE_DIR}/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
configure_file(debian_files.cmake.in debian_files.cmake @ONLY)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_BINARY_DIR}/debian_files.cmake)
include(CPack)
