import { type BatchClaim, daLayerName } from '@parley/protocol'
import { Registry } from 'prom-client'
import { CliError } from '../faults.ts'
import { ClaimsView, type StandingClaim } from '../observe/claims.ts'
import type { Context } from '../process/context.ts'
import { openReader } from '../role/l2.ts'

/** Claims standing on the L2 now, read from its events. */
export async function readClaims(context: Context): Promise<ClaimsView> {
  const { signal } = context
  const reader = await openReader(context, new Registry(), undefined)
  const view = new ClaimsView()
  const enough = new AbortController()
  for await (const page of reader.follow(undefined, 'latest', AbortSignal.any([signal, enough.signal]))) {
    for (const event of page.events) view.apply(event)
    if (page.caughtUp) break
  }
  enough.abort()
  return view
}

/** The layers that the parts of a batch lie on, by the names that configuration has for them. */
export function layersOf({ core, witness }: Pick<BatchClaim, 'core' | 'witness'>): object {
  return { core: daLayerName(core.layer), witness: daLayerName(witness.layer) }
}

/** The claim of a number, or the last one. @throws {CliError} `ARGUMENT_INVALID`, `CLAIM_UNKNOWN`. */
export function claimNumbered(view: ClaimsView, text: string): StandingClaim {
  if (!/^(\d{1,20}|latest)$/.test(text))
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'claim', reason: 'must be a claim number or latest' })
  const found =
    text === 'latest' ? view.claims.at(-1) : view.claims.find(({ claim }) => claim.number.toString() === text)
  if (found !== undefined) return found
  throw new CliError({ code: 'CLAIM_UNKNOWN', claim: text, standing: view.claims.length })
}
