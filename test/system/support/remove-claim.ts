import { rollupAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import type { BatchClaim, Bytes20 } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import {
  type Contested,
  type Contester,
  claimFromAbi,
  createSettlementMetrics,
  type InQuestion,
  openContester,
  ownSenderDefaults,
  type SettlementDeps,
} from '@parley/settlement'
import { Registry } from 'prom-client'
import { bytesToHex, createPublicClient, createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { forever, log } from './l2.ts'
import { textStore } from './memory-stores.ts'
import type { Rollup } from './rollup.ts'
import { until } from './until.ts'

/** A rollup, who contests its claims, and who fills the bonds that are slashed for it. */
export interface ClaimRemover {
  readonly url: string
  readonly rollup: Uint8Array
  readonly account: { readonly secret: Uint8Array }
  readonly filler: { readonly secret: Uint8Array }
  /** Lets the L2's time pass, where it stands still in between. */
  readonly mine?: () => Promise<void>
}

/** What an account is opened with that nothing else sends from. */
export const accountDeps = (url: string, { secret }: ClaimRemover['account']): SettlementDeps => ({
  transport: rpcTransport(url, { timeoutMs: 10_000 }),
  clock: systemClock,
  log,
  metrics: createSettlementMetrics(new Registry()),
  secret,
  store: textStore(),
})

/** Who contests claims of a rollup, and fills the bonds of their claimers. */
export const removerOf = ({
  chain,
  deployment,
  roles,
}: Pick<Rollup, 'chain' | 'deployment' | 'roles'>): ClaimRemover => ({
  url: chain.url,
  rollup: deployment.rollup,
  account: roles.verifier,
  filler: roles.deployer,
})

/** Opens the remover's account for contesting. */
export function contesterOf({ url, rollup, account }: ClaimRemover): Promise<Contester> {
  return openContester(accountDeps(url, account), { ...ownSenderDefaults, rollup, pollMs: 20 }, forever)
}

/** Claim `number` as it was told last, and the one before it. */
export async function inQuestion({ url, rollup }: ClaimRemover, number: bigint): Promise<InQuestion> {
  const client = createPublicClient({ transport: http(url), cacheTime: 0 })
  const told = {
    address: bytesToHex(rollup),
    abi: rollupAbi,
    eventName: 'Claimed',
    fromBlock: 0n,
    strict: true,
  } as const
  const claims = await client.getContractEvents(told)
  const latest = (of: bigint): BatchClaim => {
    const found = claims.findLast(({ args }) => args.number === of)
    if (found === undefined) throw new Error(`no claim ${of}`)
    return claimFromAbi(found.args.claim)
  }
  return { claim: latest(number), parent: latest(number - 1n) }
}

/**
 * Removes claim `number`, and with it those after it, by a question that nobody answers in time, and fills its claimer's bond again.
 * @throws when it is final.
 */
export async function removeClaim(remover: ClaimRemover, number: bigint): Promise<void> {
  const contester = await contesterOf(remover)
  try {
    const claims = await inQuestion(remover, number)
    const place = { part: 0, block: 0, page: 0 }
    await contester.challenge(claims, [place], forever)
    let removed: Contested | undefined
    await until(async () => {
      await remover.mine?.()
      // Refused until the time to answer is over.
      removed = await contester.removeUnanswered(claims, place, forever).catch(() => undefined)
      return removed !== undefined
    })
    await fillBond(remover, claims.claim.claimer)
  } finally {
    await contester.close()
  }
}

/** Gives a claimer whose bond was slashed another one. */
export async function fillBond({ url, rollup, filler }: ClaimRemover, claimer: Bytes20): Promise<void> {
  const transport = http(url)
  const client = createPublicClient({ transport, cacheTime: 0 })
  const contract = { address: bytesToHex(rollup), abi: rollupAbi } as const
  const { bond } = await client.readContract({ ...contract, functionName: 'parameters' })
  const wallet = createWalletClient({ account: privateKeyToAccount(bytesToHex(filler.secret)), transport })
  const args = [bytesToHex(claimer)] as const
  const hash = await wallet.writeContract({
    ...contract,
    functionName: 'depositBondFor',
    args,
    value: bond,
    chain: null,
  })
  await client.waitForTransactionReceipt({ hash, pollingInterval: 10 })
}
