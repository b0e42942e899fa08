import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { presets, worstTimes } from '@parley/infra'
import { codecLimits, limits, maxPointerBytes, maxProofDepth } from '@parley/protocol'
import { describe, expect, test } from 'vitest'
import { errorTables, plainAnswers, renderErrors } from '../src/docs/errors.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const files = (pattern: string): string[] =>
  globSync(pattern, { cwd: root, exclude: (path) => /node_modules|dist|contracts\/(out|cache)/.test(path) })

/** Anchor of a heading, as hosts of Markdown make it. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-')

function anchorsOf(path: string): string[] {
  return [...read(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading as string))
}

/** Why a link leads nowhere; undefined when it leads somewhere. */
function broken(path: string, anchor: string | undefined): string | undefined {
  if (!existsSync(join(root, path))) return `${path} does not exist`
  if (anchor === undefined || !path.endsWith('.md')) return undefined
  return anchorsOf(path).includes(anchor) ? undefined : `${path} has no heading #${anchor}`
}

describe('decisions', () => {
  test('each has a number of its own, in its name and its title', () => {
    const paths = files('docs/decisions/*.md').sort()
    const numbers = paths.map((path) => Number(path.match(/(\d+)-[^/]+$/)?.[1]))
    // Numbers are given out before pages are written, so some may not be there yet.
    expect(new Set(numbers).size).toBe(paths.length)
    const titles = paths.map((path) => Number(read(path).match(/^# (\d+) /)?.[1]))
    expect(titles).toEqual(numbers)
  })

  test('links say the number of the decision that they lead to', () => {
    const said = files('**/*.md').flatMap((path) =>
      [...read(path).matchAll(/\[(?:decision )?0*(\d+)\]\([^)]*decisions\/0*(\d+)-/g)].map((link) => [
        path,
        link[1],
        link[2],
      ]),
    )
    expect(said.length).toBeGreaterThan(10)
    expect(said.filter(([, text, number]) => text !== number)).toEqual([])
  })
})

describe('packages', () => {
  test('client › its README names all that it needs of ours', () => {
    const needed = new Set<string>()
    const add = (name: string): void => {
      const { dependencies = {} } = JSON.parse(read(`${name}/package.json`)) as {
        dependencies?: Record<string, string>
      }
      for (const dependency of Object.keys(dependencies)) {
        const ours = /^@parley\/(.+)$/.exec(dependency)?.[1]
        if (ours === undefined || needed.has(ours)) continue
        needed.add(ours)
        add(ours)
      }
    }
    add('client')
    const [, listed = ''] = /of what it needs of ours \(([^)]*)\)/.exec(read('client/README.md')) ?? []
    expect(listed).toBe(
      [...needed]
        .toSorted()
        .map((name) => `\`${name}\``)
        .join(', '),
    )
  })
})

describe('links', () => {
  test('source › every @see of a page leads to a page and a heading', () => {
    const wrong = files('*/src/**/*.{ts,sol}').flatMap((file) =>
      [...read(file).matchAll(/@see (docs\/[\w/-]+\.md)(?:#([\w-]+))?/g)].flatMap(([, path, anchor]) => {
        const why = broken(path as string, anchor)
        return why === undefined ? [] : [`${file}: ${why}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  test('docs › every relative link leads to a file and a heading', () => {
    const pages = [...files('*.md'), ...files('docs/**/*.md'), ...files('*/**/README.md')]
    expect(pages.length).toBeGreaterThan(70)
    const wrong = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]*)(?:#([\w-]+))?\)/g)].flatMap(([, path, anchor]) => {
        const why = broken(join(dirname(page), path as string), anchor)
        return why === undefined ? [] : [`${page}: ${why}`]
      }),
    )
    expect(wrong).toEqual([])
  })
})

test('README › leads to all that a newcomer looks for', () => {
  const links = [...read('README.md').matchAll(/\]\(([^)#\s]+)/g)].map(([, path]) => path)
  const wanted = [
    'commands.md',
    'errors.md',
    'api',
    'guides/run-a-node.md',
    'architecture.md',
    'glossary.md',
    'benchmarks.md',
  ]
  expect(links).toEqual(
    expect.arrayContaining([...wanted.map((page) => `docs/${page}`), 'cli/README.md', 'CHANGELOG.md']),
  )
})

test('README › its first commands install before they run anything', () => {
  const [, commands = ''] = /```sh\n([^`]*)```/.exec(read('README.md')) ?? []
  const lines = commands.trim().split('\n')
  expect(lines).toHaveLength(2)
  for (const line of lines) expect(line).toMatch(/^npm ci && npm (run dev|test) +#/)
})

test('issue I › whoever runs a sequencer, a batcher or a DA layer has a guide, as who runs a node has', () => {
  expect(files('docs/guides/*.md').map((path) => path.replace('docs/guides/', ''))).toEqual(
    expect.arrayContaining(['run-a-node.md', 'run-a-sequencer.md', 'run-a-batcher.md']),
  )
  expect(files('docs/operators/*.md')).toContain('docs/operators/da-node.md')
})

describe('errors', () => {
  test('docs/errors.md › is what the tables say; npm run errors writes it', () => {
    expect(read('docs/errors.md')).toBe(renderErrors())
  })

  test('docs/errors.md › has every table of the source and no other', () => {
    const inSource = files('*/src/**/*.ts').flatMap((file) =>
      [...read(file).matchAll(/export const (\w+): FaultTable</g)].map(([, name]) => name as string),
    )
    expect(errorTables.map(({ name }) => name).sort()).toEqual(inSource.sort())
  })

  test('faults › every code that is thrown stands in a table', () => {
    const known = new Set([...errorTables, plainAnswers].flatMap(({ faults }) => Object.keys(faults)))
    const thrown = files('*/src/**/*.ts').flatMap((file) =>
      [...read(file).matchAll(/\bcode: '([A-Z][A-Z0-9_]+)'/g)].map(([, code]) => code as string),
    )
    expect([...new Set(thrown)].filter((code) => !known.has(code))).toEqual([])
  })
})

describe('limits', () => {
  const page = read('docs/spec/limits.md')
  const written: Readonly<Record<string, string>> = Object.fromEntries(
    [...page.matchAll(/^\| `(\w+)`[^|]*\| ([^|]+) \|$/gm)].map(([, name, value]) => [name, value]),
  )
  const worth = (text: string): bigint => {
    const power = /^2\^(\d+)/.exec(text)?.[1]
    if (power !== undefined) return 2n ** BigInt(power)
    const [, digits, unit] = /^([\d,]+)( MiB)?/.exec(text) as unknown as [string, string, string | undefined]
    return BigInt(digits.replaceAll(',', '')) * (unit === undefined ? 1n : 1024n * 1024n)
  }

  test.each(Object.entries({ ...limits, ...codecLimits, maxPointerBytes, maxProofDepth }))(
    'docs/spec/limits.md › %s is %s',
    (name, value) => {
      expect(written[name], `${name} is not in the table`).toBeDefined()
      expect(worth(written[name] as string)).toBe(BigInt(value))
    },
  )
})

describe('security', () => {
  test('docs/security.md › its times are those of the production preset', () => {
    const { forcedInclusion } = presets.production
    const hours = Object.values(worstTimes(presets.production, forcedInclusion)).map((seconds) => seconds / 3600)
    const [, table = ''] = /## How long things take at worst\n(.*?)\n## /s.exec(read('docs/security.md')) ?? []
    const told = [...table.matchAll(/^\| [^|]+ \| [^|]+ \| (\d+) \|$/gm)].map(([, cell]) => Number(cell))
    expect(told).toEqual(hours)
  })
})
