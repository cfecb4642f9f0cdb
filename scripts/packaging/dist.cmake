# `cmake --build BUILD --target dist`: the source of the last commit as an archive, which builds without git.
set(archive ${PROJECT_NAME}-${PROJECT_VERSION})
add_custom_target(dist
  COMMAND git archive --format=tar.gz --prefix=${archive}/ --output=${PROJECT_BINARY_DIR}/${archive}.tar.gz HEAD
  COMMAND ${CMAKE_COMMAND} -E echo "${PROJECT_BINARY_DIR}/${archive}.tar.gz"
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
