/* Runs the README's `print_escaped` on text that a stranger can write. */

#define main example
#include "webhook.c"
#undef main

int main(void) {
  static const char text[] = "a\n\x1b[2J\\ \xc2\x9b";
  print_escaped((visiono_str_t){text, sizeof text - 1});
  return 0;
}
