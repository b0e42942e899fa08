import { createHash, randomBytes, sign } from 'node:crypto'
import { signTokenRequests } from '@parley/client'
import type { Tier } from '@parley/gateway'
import { bytesToHex, type Hex } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { signAttestation } from '../chain/sign.ts'
import { chainId, type Outcome } from '../chain/simulated-chain.ts'
import type { Stage } from './stage.ts'

/** What one identity costs whoever makes it, as the contracts took it. */
export interface Cost {
  /** Wei that are gone: fees of contracts, and gas apart. */
  readonly feesWei: bigint
  readonly gasWei: bigint
  /** Wei that are bound for as long as it is used, and seconds that they are bound longer. */
  readonly boundWei: bigint
  readonly boundAfterSeconds: number
  /** Seconds before it counts. */
  readonly waitSeconds: number
  /** Units of a gateway that pay for it in the place of fees. */
  readonly units: number
}

/** Somebody, as a gateway sees it. */
export interface Identity {
  readonly kind: string
  readonly source: string
  readonly account: HDAccount | undefined
  prove(requestsDigest: Hex): Promise<Readonly<Record<string, unknown>>>
}

/** A way to be somebody. */
export interface Way {
  readonly name: string
  readonly proof: string
  readonly tier: Tier
  /** What must be paid outside of Parley, in words; undefined when contracts ask for all there is. */
  readonly outside: string | undefined
  /** Makes so many identities. */
  make(count: number): Promise<{ readonly identities: readonly Identity[]; readonly costs: readonly Cost[] }>
}

const nothing: Cost = { feesWei: 0n, gasWei: 0n, boundWei: 0n, boundAfterSeconds: 0, waitSeconds: 0, units: 0 }
const aheadSeconds = 300n
const attestedSeconds = 365 * 86_400

/** Every tier and proof that the contracts and gateways know. */
export function waysOf(stage: Stage): readonly Way[] {
  const { bounds, settings, market } = stage
  const accounts = (count: number): HDAccount[] => Array.from({ length: count }, () => stage.nextAccount())
  const signed = (kind: string, account: HDAccount): Identity => byAccount(stage, kind, account)
  const outsideAlone = (name: string, tier: Tier, outside: string, make: () => Promise<Identity> | Identity): Way => ({
    name,
    proof: name,
    tier,
    outside,
    async make(count) {
      const identities = await Promise.all(Array.from({ length: count }, make))
      return { identities, costs: identities.map(() => nothing) }
    },
  })
  const aged = (name: string, paid: (outcome: Outcome) => Partial<Cost>): Way => ({
    name,
    proof: 'repute',
    tier: 'low',
    outside: undefined,
    async make(count) {
      const made = accounts(count)
      const fee = market.preset.contracts.registrationFee
      const outcomes = await stage.done(
        made.map(({ address }) => market.directory.call(address, 'register', [[]], fee)),
      )
      await stage.pass(Number(bounds.minAgeSeconds))
      const waitSeconds = Number(bounds.minAgeSeconds)
      const costs = outcomes.map((outcome) => ({ ...nothing, waitSeconds, ...paid(outcome) }))
      return { identities: made.map((account) => signed('repute', account)), costs }
    },
  })
  const staked = (name: string, tier: Tier, boundWei: bigint): Way => ({
    name,
    proof: 'stake',
    tier,
    outside: undefined,
    async make(count) {
      const made = accounts(count)
      const { stakes } = stage.economics
      const outcomes = await stage.done(made.map(({ address }) => stakes.call(address, 'stake', [address], boundWei)))
      const boundAfterSeconds = market.preset.contracts.unbondingDelay
      const costs = outcomes.map(({ gasPaid }) => ({ ...nothing, gasWei: gasPaid, boundWei, boundAfterSeconds }))
      return { identities: made.map((account) => signed('stake', account)), costs }
    },
  })
  return [
    outsideAlone('none', 'none', 'an address of the network', () => addressOnly()),
    outsideAlone('jwt', 'low', 'an account of an application', () => userOf(stage)),
    outsideAlone('name', 'low', 'a name', () => named(stage, stage.nextAccount())),
    aged('repute', ({ gasPaid }) => ({ feesWei: market.preset.contracts.registrationFee, gasWei: gasPaid })),
    aged('repute, registered by a gateway', () => ({ units: settings.contactUnits })),
    outsideAlone('attestation', 'middle', 'an attester’s word', () => attested(stage, stage.nextAccount())),
    staked('stake, middle', 'middle', bounds.stakeMiddle),
    staked('stake, high', 'high', bounds.stakeHigh),
  ]
}

/** An account that signs for itself, with what else its proof has. */
export function byAccount(stage: Stage, kind: string, account: HDAccount, more: object = {}): Identity {
  const prove = async (requestsDigest: Hex) => ({ ...(await accountProof(stage, account, requestsDigest)), ...more })
  return { kind, source: '192.0.2.1', account, prove }
}

/** An account that a name leads to. */
export function named(stage: Stage, account: HDAccount): Identity {
  const name = `${account.address}.example`
  stage.names.set(name, account.address)
  return byAccount(stage, 'name', account, { name })
}

async function accountProof({ client, clock, market }: Stage, account: HDAccount, requestsDigest: Hex) {
  const validUntil = BigInt(Math.floor(clock.now() / 1_000)) + aheadSeconds
  const chain = { chainId: BigInt(chainId), publicInbox: market.inbox.address }
  return signTokenRequests(client, { ...chain, requestsDigest, validUntil, account })
}

function addressOnly(): Identity {
  return { kind: 'none', source: bytesToHex(randomBytes(8)), account: undefined, prove: async () => ({}) }
}

/** A user of the application, who logs in anew for each request. */
function userOf({ application, applicationName, clock }: Stage): Identity {
  const sub = randomBytes(8).toString('hex')
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    kind: 'jwt',
    source: '192.0.2.1',
    account: undefined,
    async prove() {
      const exp = Math.floor(clock.now() / 1_000) + Number(aheadSeconds)
      const body = `${part({ alg: 'EdDSA' })}.${part({ iss: applicationName, aud: 'parley', sub, exp })}`
      return { token: `${body}.${sign(undefined, Buffer.from(body), application).toString('base64url')}` }
    },
  }
}

/** An account that an attester vouches for. */
export async function attested(stage: Stage, account: HDAccount): Promise<Identity> {
  const { attester, attestationGate, clock } = stage
  const issuedAt = BigInt(Math.floor(clock.now() / 1_000))
  const term = { subject: account.address, issuedAt, expiresAt: issuedAt + BigInt(attestedSeconds) }
  const attestation = await signAttestation(attester, attestationGate, term, 'Parley AttestationGate')
  return byAccount(stage, 'attestation', account, { attester: attester.address, ...term, attestation })
}

export const digestOf = (requests: readonly Uint8Array[]): Hex =>
  bytesToHex(createHash('sha256').update(Buffer.concat(requests)).digest())
