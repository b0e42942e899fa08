import { readFileSync } from 'node:fs'

const snapshots = new URL('../../../contracts/snapshots/', import.meta.url)
const read = (name: string): Readonly<Record<string, string | number>> =>
  JSON.parse(readFileSync(new URL(`${name}.json`, snapshots), 'utf8'))

/** Bytes of code that a contract may have at most. */
const codeBytes = 24_576
const sizesNamed = 3

/** Figures of one snapshot by name. */
function of(snapshot: string): (name: string) => number {
  const figures = read(snapshot)
  return (name) => {
    const figure = Number(figures[name])
    if (!Number.isFinite(figure)) throw new RangeError(`${snapshot} has no "${name}"`)
    return figure
  }
}

const group = (value: number): string => value.toString().replaceAll(/\B(?=(\d{3})+$)/g, ',')
const thousands = (value: number): string => group(Math.round(value / 1_000) * 1_000)
const millions = (value: number): string => (value / 1_000_000).toFixed(1)
const slashed = (values: readonly number[]): string => values.map(thousands).join(' / ')

/** The table of limits of contracts/README.md, from the committed snapshots. */
export function renderContractLimits(): string {
  const sizes = Object.entries(read('sizes')).toSorted(([, a], [, b]) => Number(b) - Number(a))
  const greatest = sizes.slice(0, sizesNamed).map(([name, bytes]) => `${name} ${group(Number(bytes))}`)
  const settling = of('GasTest')
  const contest = of('ContestGasTest')
  const committee = of('CommitteeGasTest')
  const contacts = of('ContactGasTest')
  const invites = of('InviteGasTest')
  const many = of('InviteManyGasTest')
  const economics = of('EconomicsGasTest')
  const each = (name: string): number => many(name) / 64
  const rows: readonly (readonly [what: string, figure: string])[] = [
    [`greatest runtime sizes, bytes, of ${group(codeBytes)}`, greatest.join(', ')],
    [
      'deployment of inbox / contests / rollup, gas',
      `${['inbox', "rollup's contests", 'rollup'].map((name) => millions(settling(`deployment of the ${name}`))).join(' / ')} million, a transaction each`,
    ],
    [
      'claim with two pointers of 40 / 200 / 1,024 bytes, gas',
      slashed([40, 200, 1024].map((bytes) => settling(`claim, pointers of ${bytes} bytes`))),
    ],
    [
      'claim certified by 3 of 4 / by 7 of 10, gas',
      slashed(['3 of 4', '7 of 10'].map((signers) => committee(`claim, one certificate of ${signers}`))),
    ],
    [
      'a chunk asked for / shown / not shown, 3 signers, gas',
      slashed([committee('challengeChunk'), committee('answerChunk, 16 MiB'), committee('slash, 3 signers')]),
    ],
    [
      'epoch of 4 / of 16 members announced, gas',
      slashed([4, 16].map((members) => committee(`rotate, ${members} members`))),
    ],
    [
      'removal by a proof / of the unanswered, gas',
      `${thousands(contest('prove, with a removal and slashing'))} beside the verifier / ${thousands(contest('removeUnanswered'))}`,
    ],
    [
      'data asked for, one place / 31; answered, one / 31, gas',
      `${slashed([contest('challengeData, 1 place'), contest('challengeData, 31 places')])}; ${slashed([contest('answerData'), contest('answerData, 31 answers')])} beside \`Pages\``,
    ],
    [
      'finality of one claim / of nine at once, gas',
      slashed([settling('finalize 1 claim'), settling('finalize 9 claims')]),
    ],
    [
      'deposit, new / known account, gas',
      slashed([settling('deposit, new account'), settling('deposit, known account')]),
    ],
    [
      'forced withdrawal, creation of 2 / of 16 members, gas',
      slashed(
        ['forceWithdraw', 'forceCreateConversation, 2 members', 'forceCreateConversation, 16 members'].map(settling),
      ),
    ],
    ['withdrawal / revenue paid against a proof, gas', slashed([settling('withdraw'), settling('collectRevenue')])],
    [
      'registration / with two keys and two pointers, gas',
      slashed([contacts('register'), contacts('register, two keys and two pointers')]),
    ],
    [
      'a key set / renewed / revoked, gas',
      slashed(['setAttribute, a key', 'setAttribute, a key again', 'revokeAttribute, a key'].map(contacts)),
    ],
    [
      'invite, demand / flat gate; relayed, gas',
      `${slashed([invites('invite, default demand gate'), invites('invite, flat gate')])}; ${thousands(invites('relay, demand gate, from credit'))}`,
    ],
    [
      'with bulk pricing: a known inbox / a new one',
      slashed([
        economics('invite with bulk pricing, the same inbox'),
        economics('invite with bulk pricing, a new inbox'),
      ]),
    ],
    [
      'of 64 at once: known inboxes / new / relayed, known',
      slashed(
        [
          'inviteMany, 64 known inboxes',
          'inviteMany, 64 new inboxes',
          'relayMany, 64 fresh keys and known inboxes',
        ].map(each),
      ),
    ],
    [
      'a list renewed / 100 accounts added, gas',
      slashed([economics('list update, renewed'), economics('list update, 100 added')]),
    ],
    [
      'cost of one claim recorded / reimbursed, gas',
      slashed([economics('recordCosts, three parts of one claim'), economics('reimburse')]),
    ],
  ]
  return ['| what | figure |', '| --- | --- |', ...rows.map(([what, figure]) => `| ${what} | ${figure} |`)].join('\n')
}

export const contractsReadme = new URL('../../../contracts/README.md', import.meta.url)

/** The README with that table in place of the one under its heading. */
export function withContractLimits(readme: string): string {
  const heading = '## Limits\n\n'
  const from = readme.indexOf(heading) + heading.length
  const to = readme.indexOf('\n\n', from)
  return readme.slice(0, from) + renderContractLimits() + readme.slice(to)
}
