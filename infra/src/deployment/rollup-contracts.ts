import {
  inboxAbi,
  inboxBytecode,
  malformedProofBytecode,
  messageProofBytecode,
  operationProofBytecode,
  pagesBytecode,
  rollupAbi,
  rollupBytecode,
  rollupContestsAbi,
  rollupContestsBytecode,
  signatureProofBytecode,
  stateRootProofBytecode,
} from '@parley/contracts'
import {
  type Abi,
  type Account,
  type Address,
  type ContractConstructorArgs,
  encodeDeployData,
  getContractAddress,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
} from 'viem'
import { InfraError } from '../faults.ts'
import { verifierNames } from './deployment.ts'
import { untilEnded } from './transport.ts'

type Settings = ContractConstructorArgs<typeof rollupAbi>[0]
type VerifierName = (typeof verifierNames)[number]

/** All settings but what is only known once the verifiers have their addresses. */
export type SettingsBefore = Omit<Settings, 'rules'> & { readonly rules: Omit<Settings['rules'], 'verifiers'> }

/** Where and by whom contracts are made. */
export interface Place {
  readonly client: PublicClient
  readonly wallet: WalletClient<Transport, undefined, Account>
  readonly withinMs: number
  readonly signal: AbortSignal | undefined
}

export interface RollupContracts {
  readonly rollup: Address
  readonly inbox: Address
  readonly contests: Address
  readonly verifiers: Readonly<Record<VerifierName, Address>>
  /** Of the rollup's transaction. */
  readonly receipt: TransactionReceipt
}

const verifierCode: Readonly<Record<VerifierName, Hex>> = {
  messages: messageProofBytecode,
  operation: operationProofBytecode,
  signature: signatureProofBytecode,
  stateRoot: stateRootProofBytecode,
  malformed: malformedProofBytecode,
  pages: pagesBytecode,
}

/**
 * Makes verifiers, inbox, contests and rollup, a transaction each. The rollup comes last: it refuses an inbox that was not made for its
 * address, contests that were not made with the same settings, and verifiers without code. All others are sent at once.
 * @throws {InfraError} `DEPLOYMENT_FAILED`.
 */
export async function createRollupContracts(place: Place, before: SettingsBefore): Promise<RollupContracts> {
  const from = place.wallet.account.address
  const first = await place.client.getTransactionCount({ address: from, blockTag: 'pending' })
  const at = (index: number): Address => getContractAddress({ from, nonce: BigInt(first + index) })
  const each = verifierNames.map((name, index) => [name, at(index)] as const)
  const verifiers = Object.fromEntries(each) as Record<VerifierName, Address>
  const [inbox, contests, rollup] = [at(each.length), at(each.length + 1), at(each.length + 2)]
  const settings: Settings = { ...before, rules: { ...before.rules, verifiers } }
  const { operator, treasury, minDeposit, priceRules, genesisPrices } = settings
  const ofInbox = { rollup, operator, treasury, minDeposit, priceRules }
  const codes: readonly (readonly [string, Hex])[] = [
    ...verifierNames.map((name) => [`the verifier ${name}`, verifierCode[name]] as const),
    ['Inbox', codeOf(inboxAbi, inboxBytecode, [ofInbox, genesisPrices])],
    ['RollupContests', codeOf(rollupContestsAbi, rollupContestsBytecode, [settings, inbox])],
  ]
  const sent: (readonly [string, Hex])[] = []
  for (const [index, [name, data]] of codes.entries()) sent.push([name, await send(place, first + index, data)])
  for (const [name, hash] of sent) await created(place, name, hash)
  const data = codeOf(rollupAbi, rollupBytecode, [settings, inbox, contests])
  const receipt = await created(place, 'Rollup', await send(place, first + codes.length, data))
  return { rollup, inbox, contests, verifiers, receipt }
}

function codeOf<const A extends Abi>(abi: A, bytecode: Hex, args: ContractConstructorArgs<A>): Hex {
  return encodeDeployData({ abi: abi as Abi, bytecode, args: args as readonly unknown[] })
}

const send = ({ wallet }: Place, nonce: number, data: Hex): Promise<Hex> =>
  wallet.sendTransaction({ data, nonce, chain: null })

async function created({ client, withinMs, signal }: Place, name: string, hash: Hex): Promise<TransactionReceipt> {
  const included = client.waitForTransactionReceipt({ hash, pollingInterval: 100, timeout: withinMs })
  const receipt = await untilEnded(included, signal)
  if (receipt.status !== 'success' || !receipt.contractAddress) {
    const reason = `the transaction that makes ${name} failed`
    throw new InfraError({ code: 'DEPLOYMENT_FAILED', contract: 'Rollup', reason })
  }
  return receipt
}
