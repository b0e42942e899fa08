import { waitFor } from '@parley/cli/roles'
import type { OpenedAccount } from '@parley/infra'
import { limits } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { LoadClient } from './delivery.ts'
import type { Gateway, GatewayAccount } from './gateway.ts'
import type { LoadSigner } from './signer.ts'

/** Milliseconds that a deposit may take from the L2 into the sequencer's state. */
const arriveWithinMs = 120_000

export interface GatewayDeps {
  readonly client: LoadClient
  readonly signer: LoadSigner
  readonly clock: Clock
}

/** Waits until the sequencer has every account, and takes up their nonces. @throws {CliError} `DEADLINE_PASSED`. */
export async function openGateway(
  { client, signer, clock }: GatewayDeps,
  owner: Uint8Array,
  opened: readonly OpenedAccount[],
  signal: AbortSignal,
): Promise<Gateway> {
  const accounts: GatewayAccount[] = []
  for (let shard = 0; shard < limits.shards; shard += 1) {
    const index = opened.find((each) => each.shard === shard)?.account
    if (index === undefined) throw new RangeError(`no account was opened in shard ${shard}`)
    const account = await waitFor(
      `the account of shard ${shard}`,
      () => client.account(shard, index, signal),
      { clock, everyMs: 200, withinMs: arriveWithinMs },
      signal,
    )
    accounts.push({ account: index, nonce: account.nonce })
  }
  return { sign: (digest) => signer.sign(owner, digest), accounts }
}
