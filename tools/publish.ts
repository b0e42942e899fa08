/**
 * Makes of a package what can be published, and undoes it: `npm pack` and `npm publish` run it with `prepare` before and
 * with `restore` after. Inside the checkout packages run from their sources; outside Node strips no types and browsers
 * know none, so the tarball has the JavaScript and the declarations of `tsc -b`, and a package.json that points to them.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Files that differ in what is published, with where they are kept meanwhile. */
const kept = { 'package.json': 'dist/package.json.kept', 'README.md': 'dist/README.md.kept' } as const
const licence = 'LICENSE'
const compiler = fileURLToPath(import.meta.resolve('tsc/package.json')).replace('package.json', 'bin/tsc')

/** Where `tsc -b` puts what it makes of a source. */
const built = (source: string, extension: string): string =>
  source.replace(/^\.\//, './dist/').replace(/\.ts$/, extension)

/** Replaces sources by what is built of them; an entry point also tells where its types are. */
function rewrite(value: unknown, isExport: boolean): unknown {
  if (typeof value === 'string' && value.endsWith('.ts'))
    return isExport ? { types: built(value, '.d.ts'), default: built(value, '.js') } : built(value, '.js')
  if (Array.isArray(value)) return value.map((each) => rewrite(each, isExport))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rewrite(each, isExport)]))
}

/** A page without links to what is not in the tarball; their texts stay. */
const withoutLinksOutside = (page: string): string => page.replaceAll(/\[([^\]]*)\]\(\.\.\/[^)]*\)/g, '$1')

function restore(): void {
  if (!existsSync(kept['package.json'])) return
  for (const [file, copy] of Object.entries(kept)) if (existsSync(copy)) renameSync(copy, file)
  rmSync(licence, { force: true })
}

function prepare(): void {
  // One that was interrupted is undone first, or its package.json would pass for the original.
  restore()
  // Files whose sources are gone would be packed.
  rmSync('dist', { recursive: true, force: true })
  execFileSync(process.execPath, [compiler, '-b', '.'], { stdio: ['ignore', 'inherit', 'inherit'] })
  const {
    devDependencies: _,
    scripts: __,
    exports,
    imports,
    sideEffects,
    ...rest
  } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>
  const published = {
    ...rest,
    // Told to those who install it only: the checkout brings its own Node.
    engines: { node: '>=22' },
    exports: rewrite(exports, true),
    ...(imports === undefined ? {} : { imports: rewrite(imports, false) }),
    sideEffects: rewrite(sideEffects, false),
  }
  for (const [file, copy] of Object.entries(kept)) copyFileSync(file, copy)
  writeFileSync('README.md', withoutLinksOutside(readFileSync('README.md', 'utf8')))
  writeFileSync('package.json', `${JSON.stringify(published, undefined, 2)}\n`)
  copyFileSync('../LICENSE', licence)
}

const [task] = process.argv.slice(2)
if (task === 'prepare') prepare()
else if (task === 'restore') restore()
else throw new RangeError('publish.ts prepare | restore, within a package')
