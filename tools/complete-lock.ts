/**
 * Puts optional packages of other platforms into package-lock.json when the registry it was made with lacks them.
 * Without their entries `npm ci` calls the lock file incomplete; with them it skips what the platform does not match.
 * `--check` changes nothing and exits 1 when any are missing.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface LockEntry {
  version?: string
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockEntry> }

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32']
const aliases: Readonly<Record<string, string>> = { windows: 'win32', '64': 'x64' }

/** What a platform package's name says it is for. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[-/]/).map((word) => aliases[word] ?? word)
  const os = systems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor))
  return {
    ...(os.length > 0 && { os }),
    ...(cpu.length > 0 && { cpu }),
    ...(words.includes('musl') && { libc: ['musl'] }),
  }
}

const missing = new Map<string, LockEntry>()
for (const { optionalDependencies = {} } of Object.values(lock.packages))
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const path = `node_modules/${name}`
    const present = Object.keys(lock.packages).some((key) => key === path || key.endsWith(`/${path}`))
    if (!present && /^\d/.test(version)) missing.set(path, { version, optional: true, ...platformOf(name) })
  }
for (const path of missing.keys()) console.log(`missing from the lock file: ${path}`)
if (process.argv.includes('--check')) process.exitCode = missing.size === 0 ? 0 : 1
else if (missing.size > 0) {
  const packages = { ...lock.packages, ...Object.fromEntries(missing) }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
}
