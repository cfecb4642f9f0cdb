# Run first by `cmake --install`: ends it, in words, where one of `folders` may not be written. They are
# relative to the prefix or absolute; of what does not exist yet, the folder that does is asked.
get_filename_component(prefix "${CMAKE_INSTALL_PREFIX}" ABSOLUTE)
foreach(folder IN LISTS folders)
  cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY "${prefix}")
  set(folder "$ENV{DESTDIR}${folder}")
  while(NOT EXISTS "${folder}")
    cmake_path(GET folder PARENT_PATH folder)
  endwhile()
  execute_process(COMMAND test -w "${folder}" RESULT_VARIABLE refused)
  if(refused)
    message(FATAL_ERROR "No permission to write ${folder}, so nothing was installed. Install as root (sudo "
                        "cmake --install ...), or into a folder of yours: cmake --install ... --prefix DIR")
  endif()
endforeach()
