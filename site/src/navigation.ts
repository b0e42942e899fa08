/** The four kinds of pages by what their reader wants, as Diátaxis tells them apart. */
export const kinds = ['Start', 'How to', 'Reference', 'Explanation'] as const
export type Kind = (typeof kinds)[number]

export interface Group {
  readonly text: string
  readonly pages: readonly string[]
}

interface Rule {
  readonly kind: Kind
  readonly group: string
  readonly pattern: RegExp
}

/** Which pages stand where; the first rule that fits counts. */
const rules: readonly Rule[] = [
  { kind: 'Start', group: 'First minutes', pattern: /^README\.md$|^docs\/guides\/(first-message|run-a-node)\.md$/ },
  { kind: 'How to', group: 'Guides', pattern: /^docs\/guides\// },
  { kind: 'How to', group: 'For operators', pattern: /^docs\/operators\// },
  {
    kind: 'How to',
    group: 'For contributors',
    pattern: /^(CONTRIBUTING|SECURITY)\.md$|^docs\/(benchmarks|drills)\.md$/,
  },
  { kind: 'Explanation', group: 'How it works', pattern: /^docs\/(architecture|security|performance|costs)\.md$/ },
  {
    kind: 'Explanation',
    group: 'What was found out',
    pattern: /^docs\/(adversary|spam|sybils|chat-page|explorer)\.md$/,
  },
  { kind: 'Explanation', group: 'Decisions', pattern: /^docs\/decisions\// },
  { kind: 'Reference', group: 'Specification', pattern: /^docs\/spec\// },
  { kind: 'Reference', group: 'Packages', pattern: /^[^/]+\/README\.md$/ },
  { kind: 'Reference', group: 'Lists', pattern: /./ },
]

/** All pages by kind and group, each once. @param pages - Paths from the repository's root. */
export function navigationOf(pages: readonly string[]): Readonly<Record<Kind, readonly Group[]>> {
  const ruleOf = (page: string): Rule => rules.find(({ pattern }) => pattern.test(page)) as Rule
  const groupsOf = (kind: Kind): Group[] =>
    rules
      .filter((rule) => rule.kind === kind)
      .map((rule) => ({ text: rule.group, pages: pages.filter((page) => ruleOf(page) === rule) }))
      .filter((group) => group.pages.length > 0)
  return Object.fromEntries(kinds.map((kind) => [kind, groupsOf(kind)])) as Record<Kind, Group[]>
}
