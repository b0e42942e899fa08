import { contestedRollupAbi } from '@parley/contracts/contested-rollup'
import { bytesToHex, createPublicClient, createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

/** A contested rollup and who removes its claims. */
export interface ClaimRemover {
  readonly url: string
  readonly rollup: Uint8Array
  readonly account: { readonly secret: Uint8Array }
}

/** Removes claim `number`, and with it those after it. @throws when the contract refuses. */
export async function removeClaim({ url, rollup, account }: ClaimRemover, number: bigint): Promise<void> {
  const address = bytesToHex(rollup)
  const transport = http(url)
  const client = createPublicClient({ transport, cacheTime: 0 })
  const abi = contestedRollupAbi
  const claims = await client.getContractEvents({ address, abi, eventName: 'Claimed', fromBlock: 0n, strict: true })
  const standing = (of: bigint) => {
    const found = claims.findLast(({ args }) => args.number === of)
    if (found === undefined) throw new Error(`no claim ${of}`)
    return found.args.claim
  }
  const wallet = createWalletClient({ account: privateKeyToAccount(bytesToHex(account.secret)), transport })
  const hash = await wallet.writeContract({
    address,
    abi,
    functionName: 'remove',
    args: [standing(number), standing(number - 1n), 3],
    chain: null,
  })
  await client.waitForTransactionReceipt({ hash, pollingInterval: 10 })
}
