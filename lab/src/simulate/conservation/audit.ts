import { type Address, type Hex, hexToBigInt } from 'viem'
import type { View, Viewed } from '../chain/simulated-chain.ts'
import { creditOf, leavingOf, stakeOf, type World, walletOf } from './world.ts'

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

interface Answer {
  readonly place: string
  readonly booked: bigint
  readonly view: View
  readonly found: (data: Hex) => bigint
}

/** Compares everybody's wallet, every claim on a contract and what every contract holds with the books. */
export async function audit(world: World): Promise<readonly Difference[]> {
  const differences = [...(await auditBalances(world)), ...(await auditAnswers(world))]
  return differences.filter(({ booked, found }) => booked !== found)
}

async function auditBalances({ chain, ledger, contracts, wallets }: World): Promise<readonly Difference[]> {
  const holders = (['inbox', 'directory', 'stakes', 'treasury'] as const).map((place) => ({
    place,
    address: contracts[place].address,
    booked: ledger.heldBy(place),
  }))
  const inWallets = wallets.map((address): Balance => {
    const place = walletOf(address)
    return { place, address, booked: ledger.balanceOf(place) }
  })
  const all = [...inWallets, ...holders]
  const found = await chain.balances(all.map(({ address }) => address))
  return all.map(({ place, booked }, i) => ({ place, booked, found: found[i] as bigint }))
}

async function auditAnswers(world: World): Promise<readonly Difference[]> {
  const answers = [...creditAnswers(world), ...stakeAnswers(world), ...treasuryAnswers(world)]
  const viewed = await world.chain.view(answers.map(({ view }) => view))
  return answers.map(({ place, booked, found }, i) => ({ place, booked, found: found((viewed[i] as Viewed).data) }))
}

function creditAnswers({ contracts, ledger, wallets }: World): readonly Answer[] {
  return [...wallets, contracts.treasury.address].map((address) => ({
    place: `credit of ${address}`,
    booked: ledger.balanceOf(creditOf(address)),
    view: contracts.inbox.view('creditOf', [address]),
    found: hexToBigInt,
  }))
}

function stakeAnswers({ contracts, ledger, people }: World): readonly Answer[] {
  const { stakes } = contracts
  const ofPeople = people.flatMap(({ address }): readonly Answer[] => {
    const view = stakes.view('stakeOf', [address])
    return [
      {
        place: `stake of ${address}`,
        booked: ledger.balanceOf(stakeOf(address)),
        view,
        found: (data) => stakes.result('stakeOf', data).staked,
      },
      {
        place: `leaving stake of ${address}`,
        booked: ledger.balanceOf(leavingOf(address)),
        view,
        found: (data) => stakes.result('stakeOf', data).leaving,
      },
    ]
  })
  const slashed = ledger.balanceOf('stakes slashed')
  return [...ofPeople, { place: 'slashed', booked: slashed, view: stakes.view('slashed', []), found: hexToBigInt }]
}

function treasuryAnswers({ contracts, known, operator }: World): readonly Answer[] {
  const { treasury } = contracts
  const { income, reimbursed, spent, due } = known.treasury
  const signed = (data: Hex): bigint => hexToBigInt(data, { signed: true })
  return [
    { place: 'income', booked: income, view: treasury.view('income', []), found: hexToBigInt },
    { place: 'reimbursed', booked: reimbursed, view: treasury.view('reimbursed', []), found: hexToBigInt },
    { place: 'spent', booked: spent, view: treasury.view('spent', []), found: hexToBigInt },
    { place: 'due to the operator', booked: due, view: treasury.view('dueTo', [operator]), found: signed },
  ]
}
