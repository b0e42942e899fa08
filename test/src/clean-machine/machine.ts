import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, globSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** What a bare machine has besides Debian's smallest set: what a server is started and looked at with. */
const packages = ['systemd-sysv', 'dbus', 'curl']
const suite = 'bookworm'
const startedWithinMs = 300_000

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * A bare Debian below a directory, running its own systemd in namespaces of its own with this machine's network.
 * What needs root, and Linux with a cgroup hierarchy of version 2.
 */
export class CleanMachine {
  private readonly tree: string
  private readonly cgroup: string
  private readonly child: ChildProcess

  private constructor(tree: string, cgroup: string) {
    this.tree = tree
    this.cgroup = cgroup
    const script = fileURLToPath(new URL('boot.sh', import.meta.url))
    this.child = spawn('/bin/sh', [script, tree, cgroup], { stdio: ['ignore', process.stderr, 'inherit'] })
  }

  /**
   * Makes a tree and boots it.
   * @param tree - Directory that is not there yet.
   * @param base - A tree to copy; made by debootstrap when left out.
   */
  static async boot(tree: string, base: string | undefined): Promise<CleanMachine> {
    if (base === undefined) bootstrap(tree)
    else execFileSync('cp', ['--archive', base, tree])
    copyFileSync('/etc/resolv.conf', join(tree, 'etc/resolv.conf'))
    const machine = new CleanMachine(tree, join(hierarchy(), `parley-clean-machine-${process.pid}`))
    try {
      await machine.started()
    } catch (error) {
      await machine.end()
      throw error
    }
    return machine
  }

  /** Puts a file into root's home. */
  give(file: string): void {
    copyFileSync(file, join(this.tree, 'root', basename(file)))
  }

  /** Runs a command as root in root's home, as after a login. */
  async run(command: string): Promise<Ran> {
    const init = this.init()
    if (init === undefined) throw new Error('the machine is not running')
    const inside = ['--mount', '--pid', '--uts', '--ipc', '--cgroup', '--root', '--wd']
    const words = ['env', '-i', 'HOME=/root', 'LC_ALL=C.UTF-8', `PATH=${path}`, 'bash', '-c', `cd && ${command}`]
    const child = spawn('nsenter', ['--target', `${init}`, ...inside, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text
        process.stderr.write(text)
      })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code: code ?? 1, ...said }
  }

  /** Ends all that runs in it and takes the tree away. */
  async end(): Promise<void> {
    const init = this.init()
    if (init !== undefined) process.kill(init, 'SIGKILL')
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const closed = once(this.child, 'close')
      if (init === undefined) this.child.kill('SIGKILL')
      await closed
    }
    const below = existsSync(this.cgroup)
      ? globSync('**/', { cwd: this.cgroup }).toSorted((a, b) => b.length - a.length)
      : []
    for (const each of [...below, '.']) if (existsSync(join(this.cgroup, each))) rmdirSync(join(this.cgroup, each))
    rmSync(this.tree, { recursive: true })
  }

  /** Process id of its process 1; undefined when it is not running. */
  private init(): number | undefined {
    const { pid } = this.child
    const children = `/proc/${pid}/task/${pid}/children`
    if (pid === undefined || !existsSync(children)) return undefined
    const [first] = readFileSync(children, 'utf8').trim().split(' ')
    return first === undefined || first === '' ? undefined : Number(first)
  }

  private async started(): Promise<void> {
    const until = Date.now() + startedWithinMs
    while (Date.now() < until) {
      if (this.child.exitCode !== null) throw new Error(`the machine ended with ${this.child.exitCode} as it began`)
      const init = this.init()
      if (init !== undefined && readFileSync(`/proc/${init}/comm`, 'utf8').trim() === 'systemd') {
        const { stdout } = await this.run('systemctl is-system-running || true')
        // Degraded: there is no console to log in at.
        if (/^(running|degraded)$/m.test(stdout)) return
      }
      await sleep(500)
    }
    throw new Error(`systemd did not come up in ${startedWithinMs / 1_000} s`)
  }
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Where cgroups of version 2 are made, whether alone or beside those of version 1. */
function hierarchy(): string {
  const beside = '/sys/fs/cgroup/unified'
  return existsSync(beside) ? beside : '/sys/fs/cgroup'
}

function bootstrap(tree: string): void {
  const run = (command: string, args: readonly string[]): void => {
    execFileSync(command, args, { stdio: ['ignore', process.stderr, 'inherit'] })
  }
  if (spawnSync('sh', ['-c', 'command -v debootstrap']).status !== 0) {
    run('apt-get', ['update'])
    run('apt-get', ['install', '--yes', 'debootstrap'])
  }
  run('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, tree])
}
