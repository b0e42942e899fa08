import { type Address, bytesToHex } from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { devMnemonic } from '../../devnet/roles.ts'
import { deriveFrom, deriveScalar } from '../../load/seeded.ts'
import type { SimulatedChain } from '../chain/simulated-chain.ts'
import { createBulkPricingModel } from '../model/bulk-pricing.ts'
import { createDemandModel } from '../model/demand.ts'
import { createTreasuryModel } from '../model/treasury.ts'
import { deployAll } from './deploy-all.ts'
import { type Account, createLedger } from './ledger.ts'
import {
  bulkParameters,
  commonCurve,
  protocolShare,
  registrationFee,
  reimbursementBounds,
  reputationParameters,
} from './parameters.ts'
import { type Known, lower, type World, walletOf } from './world.ts'

const peopleCount = 12
const [voterIndex, operatorIndex, attesterIndex, firstPerson] = [0, 1, 2, 3] as const
/** Accounts that the chain must have. */
export const conservationAccounts = firstPerson + peopleCount

/** Deploys everything, gives people their wallets and opens the books. */
export async function openWorld(chain: SimulatedChain, seed: bigint): Promise<World> {
  const derive = deriveFrom(`conservation ${seed}`)
  const beneficiary: Address = bytesToHex(derive('beneficiary').subarray(0, 20))
  const voter = chain.accounts[voterIndex] as Address
  const operator = chain.accounts[operatorIndex] as Address
  const attester = mnemonicToAccount(devMnemonic, { addressIndex: attesterIndex })
  const people = Array.from({ length: peopleCount }, (_, i) =>
    mnemonicToAccount(devMnemonic, { addressIndex: firstPerson + i }),
  )
  const publishers = people.slice(0, 2).map(({ address }) => lower(address))
  const named = { voter, operator, attester: attester.address, publishers, beneficiary }
  const { contracts, rollup, pricedSince, treasurySince } = await deployAll(chain, named)
  const wallets = [voter, operator, beneficiary, ...people.map(({ address }) => lower(address))]
  const balances = await chain.balances(wallets)
  const opening = new Map<Account, bigint>(wallets.map((address, i) => [walletOf(address), balances[i] as bigint]))
  const known: Known = {
    demand: createDemandModel(commonCurve),
    bulk: createBulkPricingModel(bulkParameters, pricedSince),
    treasury: createTreasuryModel(reimbursementBounds, treasurySince),
    gates: new Map(),
    flatFees: new Map(),
    registeredAt: new Map(),
    staked: new Map(),
    attestedUntil: new Map(),
    lists: new Map(publishers.map((publisher) => [publisher, { version: 0n, validUntil: 0n, accounts: new Set() }])),
    proposals: new Set(),
    records: new Map(),
    reputation: reputationParameters,
    registrationFee,
    protocolShare,
    isPriced: true,
  }
  return {
    chain,
    contracts,
    ledger: createLedger(opening),
    openingWei: balances.reduce((sum, balance) => sum + balance, 0n),
    known,
    people,
    wallets,
    voter,
    operator,
    attester,
    rollup,
    beneficiary,
    derive,
    signerOf: (step) => privateKeyToAccount(bytesToHex(deriveScalar(derive, 'signer', step))),
  }
}
