import { randomBytes } from 'node:crypto'
import { dataCommitteeAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import type { Clock } from '@parley/runtime'
import {
  type Account,
  type Address,
  bytesToHex,
  createWalletClient,
  type Hex,
  type PublicActions,
  parseEther,
  publicActions,
  type Transport,
  type WalletClient,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { LabError } from '../faults.ts'
import { readyWithinMs } from '../process/ready-within.ts'
import type { ChildConfig } from './environment.ts'

/** Members of a stack's committee, and how many of them sign. */
const memberCount = 4
const signing = 3
const secp256k1 = 1
/** For registering, and for answering questions. */
const gasMoney = parseEther('1')
const lookEveryMs = 100

/** Whether a policy, as `--da` takes it, sends anything to a committee. */
export const usesCommittee = (policy: string): boolean => policy.split(/[=:,]/).includes('committee')

export interface StackCommitteeDeps {
  readonly clock: Clock
  /** Starts the member of this place as a process. @returns its URL. */
  readonly start: (place: number, config: ChildConfig) => Promise<string>
}

export interface StackCommitteeOptions {
  readonly l2Url: string
  /** The contract, without members yet. */
  readonly committee: Address
  /** 32 bytes: the key that deployed it, and pays for everything here. */
  readonly deployer: Uint8Array
}

type Wallet = WalletClient<Transport, undefined, Account> & PublicActions

/**
 * Starts the members of a committee as processes of their own, has them registered with their stake, and begins the first epoch.
 * @returns where they serve, once all are ready.
 * @throws {LabError} `CHILD_NOT_READY`.
 */
export async function startCommittee(
  { clock, start }: StackCommitteeDeps,
  { l2Url, committee, deployer }: StackCommitteeOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const transport = rpcTransport(l2Url, { timeoutMs: 10_000, signal })
  const walletOf = (secret: Uint8Array): Wallet =>
    createWalletClient({
      account: privateKeyToAccount(bytesToHex(secret)),
      transport,
      pollingInterval: lookEveryMs,
    }).extend(publicActions)
  const founder = walletOf(deployer)
  const contract = { address: committee, abi: dataCommitteeAbi, chain: null } as const
  const { stake } = await founder.readContract({ ...contract, functionName: 'rules' })
  const members = Array.from({ length: memberCount }, () => ({ key: randomBytes(32), answerKey: randomBytes(32) }))
  for (const { key, answerKey } of members)
    for (const to of [key, answerKey].map((secret) => walletOf(secret).account.address))
      await included(founder, await founder.sendTransaction({ to, value: gasMoney, chain: null }))
  const urls = await Promise.all(
    members.map(({ key, answerKey }, place) =>
      start(place, { 'daNode.key': bytesToHex(key), 'daNode.answerKey': bytesToHex(answerKey) }),
    ),
  )
  const addresses: Address[] = []
  for (const [place, { key }] of members.entries()) {
    const member = walletOf(key)
    const { address } = member.account
    const args = [founder.account.address, urls[place] as string] as const
    await included(founder, await member.writeContract({ ...contract, functionName: 'register', args }))
    const deposit = { ...contract, functionName: 'deposit', args: [address], value: stake } as const
    await included(founder, await founder.writeContract(deposit))
    addresses.push(address)
  }
  const args = [addresses, signing, secp256k1] as const
  await included(founder, await founder.writeContract({ ...contract, functionName: 'rotate', args }))
  await Promise.all(urls.map((url) => untilReady(clock, url, signal)))
  return urls
}

async function included(wallet: Wallet, hash: Hex): Promise<void> {
  const { status } = await wallet.waitForTransactionReceipt({ hash, timeout: readyWithinMs })
  if (status !== 'success') throw new Error(`setting the committee up failed in ${hash}`)
}

async function untilReady(clock: Clock, url: string, signal: AbortSignal): Promise<void> {
  const until = clock.elapsed() + readyWithinMs
  for (;;) {
    const answer = await fetch(`${url}/readyz`, { signal })
    if (answer.ok) return
    if (clock.elapsed() > until)
      throw new LabError({
        code: 'CHILD_NOT_READY',
        role: 'da-node',
        reason: await answer.text(),
        waitedMs: readyWithinMs,
      })
    await clock.sleep(lookEveryMs, signal)
  }
}
