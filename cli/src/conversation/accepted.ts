import type { Receipt } from '@parley/client'
import { CliError } from '../faults.ts'

/** Where something accepted stands. @throws {CliError} `REFUSED` with what the sequencer expected instead. */
export function accepted(receipt: Receipt | undefined): { readonly block: bigint; readonly position: bigint } {
  if (receipt?.accepted === true) return receipt
  const { refusal = 'no receipt', expected = 0n } = receipt ?? {}
  throw new CliError({ code: 'REFUSED', refusal, expected })
}
