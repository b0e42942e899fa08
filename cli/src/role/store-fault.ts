import { CodedError } from '@parley/protocol'
import { CliError } from '../faults.ts'

/** Codes of the file system that say what an operator must mend about a directory. */
const unusable = new Set([
  'ENOENT',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'ENOTDIR',
  'EEXIST',
  'EIO',
])

/** An error with its causes, the outermost first. */
function* causesOf(error: unknown): Generator<Error & { code?: unknown }> {
  for (let at = error; at instanceof Error; at = at.cause) yield at
}

/**
 * What a failing store is to an operator: a coded fault with path and cause.
 * @returns undefined when the error is not about files or a store, or is coded already.
 */
export function storeFault(error: unknown, path: string): CliError | undefined {
  if (error instanceof CodedError) return undefined
  const causes = [...causesOf(error)]
  const coded = (code: string) => causes.find((cause) => cause.code === code)
  const locked = coded('LEVEL_LOCKED')
  if (locked !== undefined)
    return new CliError({ code: 'DATA_DIR_LOCKED', path, reason: locked.message }, { cause: error })
  const corrupt = coded('LEVEL_CORRUPTION')
  if (corrupt !== undefined)
    return new CliError({ code: 'STORE_DAMAGED', path, reason: corrupt.message }, { cause: error })
  const deepest = causes.findLast(
    ({ code }) => typeof code === 'string' && (code.startsWith('LEVEL_') || unusable.has(code)),
  )
  if (deepest === undefined) return undefined
  // The store's own report of a file that is missing or too short comes without a code of its own.
  const reason = causes.at(-1)?.message ?? deepest.message
  return new CliError({ code: 'DATA_DIR_UNUSABLE', path, reason }, { cause: error })
}
