import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { circles, fileImports, folderImports, type Graph, twoWayPairs } from '../src/structure/imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = fileImports(root)

/** A package's `src` holds its index, its faults and what composes its folders, so it is above and below them all. */
const isRoot = (folder: string): boolean => /^[^/]+\/src$/.test(folder)

function withoutRoots(graph: Graph): Graph {
  const inner = [...graph].filter(([folder]) => !isRoot(folder))
  return new Map(inner.map(([folder, others]) => [folder, new Set([...others].filter((other) => !isRoot(other)))]))
}

test('files › none imports itself through others, types included', () => {
  expect(files.size).toBeGreaterThan(1000)
  expect(circles(files)).toEqual([])
})

test('folders › no two of a package import each other', () => {
  expect(twoWayPairs(withoutRoots(folderImports(files)))).toEqual([])
})

test('folders › none imports itself through others', () => {
  expect(circles(withoutRoots(folderImports(files)))).toEqual([])
})

/** Files with what they import, in a folder that goes with the test. */
function planted(imports: Readonly<Record<string, string>>): Graph {
  const folder = mkdtempSync(join(tmpdir(), 'structure-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, text] of Object.entries(imports)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return fileImports(folder)
}

test('planted fault › a circle of files that only a type closes is found', () => {
  const graph = planted({
    'one/src/a.ts': "import { b } from './b.ts'",
    'one/src/b.ts': "export { c } from './c.ts'",
    'one/src/c.ts': "import type { A } from './a.ts'",
    'one/src/d.ts': "import { a } from './a.ts'",
  })
  expect(circles(graph)).toEqual([['one/src/a.ts', 'one/src/b.ts', 'one/src/c.ts']])
})

test('planted fault › a pair of folders is found, one inside the other too', () => {
  const graph = planted({
    'one/src/x/a.ts': "const b = await import('../y/b.ts')",
    'one/src/y/b.ts': '',
    'one/src/y/c.ts': "import type { D } from '../x/deep/d.ts'",
    'one/src/x/deep/d.ts': "import '../e.ts'",
    'one/src/x/e.ts': '',
    'one/src/x/f.ts': "import {\n  d,\n} from './deep/d.ts'",
  })
  expect(twoWayPairs(withoutRoots(folderImports(graph)))).toEqual(['one/src/x <-> one/src/x/deep'])
  expect(circles(withoutRoots(folderImports(graph)))).toEqual([['one/src/x', 'one/src/x/deep', 'one/src/y']])
})

test('planted fault › what a package’s root imports and what imports the root is no circle of folders', () => {
  const graph = planted({
    'one/src/index.ts': "export * from './x/a.ts'",
    'one/src/x/a.ts': "import { E } from '../faults.ts'",
    'one/src/faults.ts': '',
  })
  expect(twoWayPairs(withoutRoots(folderImports(graph)))).toEqual([])
})
