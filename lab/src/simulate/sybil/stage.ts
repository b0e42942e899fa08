import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { L2Client } from '@parley/client'
import { attestationGateAbi, attestationGateBytecode } from '@parley/contracts'
import {
  Allowances,
  attestationProof,
  type GatewaySettings,
  Issuing,
  jwtProof,
  memoryWindows,
  nameProof,
  noProof,
  reputeProof,
  stakeProof,
} from '@parley/gateway'
import { ManualClock } from '@parley/runtime/testing'
import { type Address, createWalletClient, http } from 'viem'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import { devMnemonic } from '../../devnet/roles.ts'
import { createDeployer } from '../chain/deployer.ts'
import { chainId, type Outcome, type SimulatedChain, type Transaction } from '../chain/simulated-chain.ts'
import { type Market, openMarket } from '../spam/market.ts'
import type { SybilPreset } from './preset.ts'

/** What an operator asks of proofs, beside the gateway's windows. */
export interface ProofBounds {
  /** Wei. */
  readonly stakeMiddle: bigint
  readonly stakeHigh: bigint
  readonly minAgeSeconds: bigint
}

export interface SybilOptions {
  readonly preset: SybilPreset
  readonly settings: GatewaySettings
  readonly bounds: ProofBounds
}

/** Contracts, and the part of a gateway that sees who somebody is, with one clock. */
export interface Stage extends SybilOptions {
  readonly market: Market
  readonly economics: NonNullable<Market['economics']>
  readonly client: L2Client
  readonly issuing: Issuing
  readonly attestationGate: Address
  /** Whom the operator believes; no money of it is needed. */
  readonly attester: HDAccount
  /** Of the application whose users the operator knows. */
  readonly application: KeyObject
  readonly applicationName: string
  /** Which account a name leads to. */
  readonly names: Map<string, Address>
  readonly clock: ManualClock
  /** An account with money that nobody used before. */
  nextAccount(): HDAccount
  /** Does what must not fail, a second later. */
  done(transactions: readonly Transaction[]): Promise<readonly Outcome[]>
  /** Lets time pass, on the chain and at the gateway. */
  pass(seconds: number): Promise<void>
}

/** Spare accounts of the market begin after its deployer, publisher, attester and inboxes. */
const firstInbox = 3
const applicationName = 'https://application.example'

export async function openStage(chain: SimulatedChain, options: SybilOptions): Promise<Stage> {
  const { preset, settings, bounds } = options
  const market = await openMarket(chain, preset.market, 'bulk pricing')
  const { economics, inboxes, attester } = market
  if (economics === undefined) throw new TypeError('bulk pricing has reputation')
  const deployer = createDeployer(chain, chain.accounts[0] as Address)
  const gate = (await deployer.deploy(attestationGateAbi, attestationGateBytecode, [])).address
  const client = createWalletClient({ transport: http(chain.url), cacheTime: 0 })
  const clock = new ManualClock(1_000 * Number(chain.now))
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const names = new Map<string, Address>()
  const deps = {
    client,
    chainId: BigInt(chainId),
    contracts: { inbox: market.inbox.address },
    reputation: economics.reputation.address,
  }
  const key = publicKey.export({ format: 'jwk' })
  const issuing = new Issuing(
    {
      client,
      // Signatures of tokens are no part of what they cost: what is signed is counted.
      tokens: { issue: async (requests) => [...requests] },
      allowances: new Allowances(memoryWindows(clock), undefined, settings),
      proofs: {
        none: noProof,
        jwt: jwtProof(clock, [{ issuer: applicationName, audience: 'parley', key }]),
        name: nameProof({ ...deps, names: { addressOf: async (name) => names.get(name) } }),
        repute: reputeProof(deps, bounds.minAgeSeconds),
        attestation: attestationProof({ ...deps, gate, attesters: [attester.address] }),
        stake: stakeProof(
          { ...deps, vault: economics.stakes.address },
          { middle: bounds.stakeMiddle, high: bounds.stakeHigh },
        ),
      },
      subjectSecret: new Uint8Array(32),
    },
    settings,
  )
  let used = firstInbox + inboxes.length
  const follow = (): void => clock.advance(1_000 * Number(chain.now) - clock.now())
  return {
    ...options,
    market,
    economics,
    client,
    issuing,
    attestationGate: gate,
    attester,
    application: privateKey,
    applicationName,
    names,
    clock,
    nextAccount: () => mnemonicToAccount(devMnemonic, { addressIndex: used++ }),
    async done(transactions) {
      const outcomes = await chain.execute(chain.now + 1n, transactions)
      if (outcomes.some(({ succeeded }) => !succeeded)) throw new TypeError('a transaction of an identity failed')
      follow()
      return outcomes
    },
    async pass(seconds) {
      await chain.execute(chain.now + BigInt(seconds), [])
      follow()
    },
  }
}
