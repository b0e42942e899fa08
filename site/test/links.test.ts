import { describe, expect, test } from 'vitest'
import { targetOf } from '../src/links.ts'
import { navigationOf } from '../src/navigation.ts'
import { anchorOf, pagePaths, titleOf } from '../src/pages.ts'

const pages = new Set(['README.md', 'node/README.md', 'docs/spec/proofs.md', 'docs/spec/README.md'])
const repository = 'https://repository.example/blob/abc'

describe('links of the docs site', () => {
  test.each([
    ['docs/spec/proofs.md', '../../node/README.md#limits', '/node/README.md#limits'],
    ['node/README.md', '../docs/spec/proofs.md', '/docs/spec/proofs.md'],
    ['README.md', 'docs/spec', '/docs/spec/README.md'],
    ['README.md', 'https://elsewhere.example/x', 'https://elsewhere.example/x'],
    ['README.md', '#limits', '#limits'],
  ])('%s to %s › is a page', (page, href, expected) => {
    expect(targetOf(page, href, { pages, repository })).toEqual({ kind: 'page', href: expected })
  })

  test('a source file › leads out to the repository, and is text where nobody says where that is', () => {
    const href = 'src/status.ts'
    expect(targetOf('node/README.md', href, { pages, repository })).toEqual({
      kind: 'out',
      href: `${repository}/node/src/status.ts`,
    })
    expect(targetOf('node/README.md', href, { pages })).toEqual({ kind: 'text' })
  })

  test.each(['no/such/page.md', '../outside.md', 'src/no-such-file.ts'])(
    '%s › is dead, which fails the build',
    (href) => {
      expect(() => targetOf('README.md', href, { pages, repository })).toThrow('links to')
    },
  )

  test('anchors › are those of hosts of Markdown', () => {
    expect(anchorOf('What a root is worth, `final` & all')).toBe('what-a-root-is-worth-final--all')
  })
})

describe('navigation of the docs site', () => {
  const paths = pagePaths()
  const navigation = navigationOf(paths)
  const shown = Object.values(navigation).flatMap((groups) => groups.flatMap((group) => group.pages))

  test('every page stands in it once, and has a title', () => {
    expect(paths.length).toBeGreaterThan(150)
    expect(shown.toSorted()).toEqual(paths)
    for (const path of paths) expect(titleOf(path)).not.toBe('')
  })

  test('what somebody begins with, does, looks up and understands › stands apart', () => {
    const kindOf = (page: string) =>
      Object.entries(navigation).find(([, groups]) => groups.some((group) => group.pages.includes(page)))?.[0]
    expect(kindOf('docs/guides/first-message.md')).toBe('Start')
    expect(kindOf('docs/operators/gateway.md')).toBe('How to')
    expect(kindOf('docs/spec/proofs.md')).toBe('Reference')
    expect(kindOf('docs/decisions/0001-removed-slots.md')).toBe('Explanation')
  })
})
