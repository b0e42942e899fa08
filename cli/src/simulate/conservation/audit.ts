import { type Address, hexToBigInt } from 'viem'
import { creditOf, lower, type World, walletOf } from './world.ts'

/** A place where the chain has other than the books. */
export interface Difference {
  readonly place: string
  /** Wei. */
  readonly booked: bigint
  /** Wei. */
  readonly found: bigint
}

interface Balance {
  readonly place: string
  readonly address: Address
  readonly booked: bigint
}

/** Compares everybody's wallet, every credit and what every contract holds with the books. */
export async function audit(world: World): Promise<readonly Difference[]> {
  const differences = [...(await auditBalances(world)), ...(await auditCredits(world))]
  return differences.filter(({ booked, found }) => booked !== found)
}

async function auditBalances({ chain, ledger, contracts, wallets }: World): Promise<readonly Difference[]> {
  const holders = [
    { place: 'inbox', address: contracts.inbox.address, booked: ledger.heldBy('inbox') },
    { place: 'directory', address: contracts.directory.address, booked: ledger.heldBy('directory') },
  ]
  const inWallets = wallets.map((address): Balance => {
    const place = walletOf(address)
    return { place, address, booked: ledger.balanceOf(place) }
  })
  const all = [...inWallets, ...holders]
  const found = await chain.balances(all.map(({ address }) => address))
  return all.map(({ place, booked }, i) => ({ place, booked, found: found[i] as bigint }))
}

async function auditCredits({ chain, ledger, contracts, wallets }: World): Promise<readonly Difference[]> {
  const views = wallets.map((address) => contracts.inbox.view('creditOf', [address]))
  const credits = await chain.view(views)
  return credits.map(({ data }, i) => {
    const place = creditOf(lower(wallets[i] as Address))
    return { place: `credit in the ${place}`, booked: ledger.balanceOf(place), found: hexToBigInt(data) }
  })
}
