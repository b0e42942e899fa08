import { readdir } from 'node:fs/promises'
import { CliError } from '@parley/cli'
import { storeFault } from '@parley/cli/roles'
import { makeDirectory } from '@parley/runtime/files'

/** Makes the directory of a stack, or takes an empty one. @throws {CliError} `ARGUMENT_INVALID`, `DATA_DIR_UNUSABLE`. */
export async function claimDirectory(path: string): Promise<void> {
  let present: readonly string[]
  try {
    await makeDirectory(path, 0o700)
    present = await readdir(path)
  } catch (error) {
    throw storeFault(error, path) ?? error
  }
  if (present.length > 0)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: '--data', reason: `${path} is not empty` })
}
