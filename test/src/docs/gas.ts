import { readFileSync } from 'node:fs'
import type { Measured } from '../fraud/gas/measure.ts'

const snapshots = new URL('../../../contracts/snapshots/', import.meta.url)
export const proofGasFile = new URL('ProofGas.json', snapshots)

const readJson = (url: URL): unknown => JSON.parse(readFileSync(url, 'utf8'))
const gasOf = (name: string): Readonly<Record<string, string>> =>
  readJson(new URL(`${name}.json`, snapshots)) as Record<string, string>

/** Gas of every transaction, counted once where two measurements are added. */
const intrinsic = 21_000
/** What a message may cost, and how many share a claim and how many claims a finality. */
const perMessage = { budget: 20, messages: 10_000, claims: 15 }

const bars = { full: 2_000_000, limits: 2_400_000, other: 1_700_000, answer: 4_500_000, bytes: 80_000 } as const

/** A line of the page: what, whose code spends it, gas of the whole transaction, its bar, its bytes. */
export interface GasLine {
  readonly what: string
  readonly owner: string
  readonly gas: number
  readonly bar: number
  readonly bytes: number
}

/** What the page says, from the committed snapshots. */
export function gasLines(proofs: Readonly<Record<string, Measured>>): GasLine[] {
  const contest = gasOf('ContestGasTest')
  const around = { prove: Number(contest['prove, with a removal and slashing']), answer: Number(contest.answerData) }
  const barOf = (name: string): number =>
    name.includes('1,000,000') ? bars.full : name.includes('at the limits') ? bars.limits : bars.other
  return Object.entries(proofs).map(([what, { gas, bytes }]) => {
    const isAnswer = what.startsWith('answer')
    const kind = what.split(',')[0]?.replace('Messages', 'Message')
    return {
      what,
      owner: isAnswer ? '`Pages`' : `\`${kind}Proof\``,
      gas: gas + (isAnswer ? around.answer : around.prove) - intrinsic,
      bar: isAnswer ? bars.answer : barOf(what),
      bytes,
    }
  })
}

/** Gas of a message's share of what settles it, by who spends it. */
export function settlingShares(): { readonly what: string; readonly owner: string; readonly gas: number }[] {
  const { messages, claims } = perMessage
  const of = { ...gasOf('GasTest'), ...gasOf('CommitteeGasTest') }
  const bare = 'claim, pointers of 200 bytes'
  const share = (name: string, over: number): number => Number(of[name]) / over
  return [
    {
      what: 'claim with its signature, pointers of 200 bytes',
      owner: '`Rollup`',
      gas: share(bare, messages),
    },
    {
      what: 'certificate of the data committee, 3 of 4, and its longer pointers',
      owner: '`DataCommittee`',
      gas: share('claim, one certificate of 3 of 4', messages) - share(bare, messages),
    },
    { what: 'finality, of 15 claims at once', owner: '`Rollup`', gas: share('finalize 15 claims', messages * claims) },
  ]
}

const group = (value: number): string => value.toString().replaceAll(/\B(?=(\d{3})+$)/g, ',')
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

export function renderGas(): string {
  const proofs = readJson(proofGasFile) as Record<string, Measured>
  const contest = gasOf('ContestGasTest')
  const long = Number(contest['prove, with a removal and slashing, pointers of 1024 bytes'])
  const more = long - Number(contest['prove, with a removal and slashing'])
  const shares = settlingShares()
  const of = gasOf('CommitteeGasTest')
  const bare = shares[0]?.gas ?? Number.NaN
  const sevenOfTen = Number(of['claim, one certificate of 7 of 10']) / perMessage.messages
  const two = Number(of['claim, two certificates of 3 of 4']) / perMessage.messages
  const spent = shares.reduce((sum, { gas }) => sum + gas, 0)
  return `# What settling and its defence cost

Written by \`npm run gas\` from the committed snapshots of [contracts/snapshots](../contracts/snapshots), which tests hold to the code. Gas is of whole transactions, intrinsic gas and calldata included; solc 0.8.30 through the IR, 200 runs, Prague.

## Proofs and answers

The dearest of each kind. Gas is that of the verifier or of \`Pages\` in a chain of its own, and of the rollup around it (\`prove\` with a removal and slashing, \`answerData\`) with pointers of 40 bytes; where all pointers of both claims are 1,024 bytes long, a proof costs ${group(more)} more. Bytes are of the whole transaction with pointers of 1,024 bytes; its bar is ${group(bars.bytes)}.

${[row(['transaction', 'owner', 'gas', 'bar', 'bytes']), row(['---', '---', '---', '---', '---'])].join('\n')}
${gasLines(proofs)
  .map(({ what, owner, gas, bar, bytes }) => row([what, owner, group(gas), group(bar), group(bytes)]))
  .join('\n')}

## Settling, per message

Of a batch of ${group(perMessage.messages)} messages; the bar is ${perMessage.budget} gas for all lines together.

${[row(['what', 'owner', 'gas per message']), row(['---', '---', '---'])].join('\n')}
${shares.map(({ what, owner, gas }) => row([what, owner, gas.toFixed(2)])).join('\n')}
${row(['together', '', spent.toFixed(2)])}

Without a committee the second line falls away. With 7 of 10 it is ${(sevenOfTen - bare).toFixed(2)}, and with two certificates of 3 of 4, because core and witness were not attested to together, ${(two - bare).toFixed(2)}: both are above the bar.
`
}
