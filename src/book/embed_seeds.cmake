# cmake -D OUT=seeds.c -D SEED_LISTS="main.txt;..." -P embed_seeds.cmake
# Writes the seed lists as C: of each host the plain name and one name a filter label, x9 where the
# list names none.
set(tables "")
set(cases "")
foreach(list IN LISTS SEED_LISTS)
  get_filename_component(chain ${list} NAME_WE)
  file(STRINGS ${list} lines)
  set(names "")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "#.*" "" line "${line}")
    string(REGEX MATCHALL "[^ \t\r]+" words "${line}")
    list(LENGTH words count)
    if(count EQUAL 0)
      continue()
    endif()
    list(POP_FRONT words host)
    if(NOT words)
      set(words x9)
    endif()
    string(APPEND names "    {\"${host}\", false},\n")
    foreach(label IN LISTS words)
      string(APPEND names "    {\"${label}.${host}\", true},\n")
    endforeach()
  endforeach()
  if(names)
    string(APPEND tables "static const struct txs_seed_name ${chain}[] = {\n${names}};\n\n")
    string(APPEND cases "    if (strcmp(chain_name, \"${chain}\") == 0) {\n"
                        "        *count = sizeof ${chain} / sizeof *${chain};\n"
                        "        return ${chain};\n    }\n")
  endif()
endforeach()
file(WRITE ${OUT}.new
"/* Made from the lists under seeds/ by embed_seeds.cmake. */
#include \"txsurvey/book.h\"

#include <string.h>

${tables}const struct txs_seed_name *txs_seed_names(const char *chain_name, size_t *count)
{
${cases}    *count = 0;
    return NULL;
}
")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
