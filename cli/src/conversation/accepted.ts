import { type Receipt, refusalDetails } from '@parley/client'
import { CliError } from '../faults.ts'

/** Where something accepted stands. @throws {CliError} `REFUSED` with why, and what was expected or there is. */
export function accepted(receipt: Receipt): { readonly block: bigint; readonly position: bigint } {
  if (receipt.accepted) return receipt
  throw new CliError({ code: 'REFUSED', ...refusalDetails(receipt) })
}
