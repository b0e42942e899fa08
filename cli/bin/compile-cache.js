import module from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Keeps what Node makes of the sources from one start to the next: otherwise half of a start is spent on types to strip and
 * code to compile, in the process and in each thread of it again. A directory that cannot be written is not used.
 */
export function enableCompileCache() {
  // Beside the code, where nobody can put anything who could not change the code itself.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))
  // Threads look at the variable only, this process has looked already.
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE)
}
