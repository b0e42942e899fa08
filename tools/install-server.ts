import { execFileSync } from 'node:child_process'

/**
 * Installs @parley/server with all that it needs and nothing else into a copy of the checkout, as an operator does.
 * @param directory - Copy without modules; it has `node_modules` afterwards.
 * @throws {Error} when npm refuses.
 */
export function installServer(directory: string): void {
  const install = ['ci', '--omit=dev', '-w', '@parley/server', '--no-audit', '--no-fund', '--loglevel=error']
  // What npm says goes to stderr: stdout is the caller's.
  execFileSync('npm', install, { cwd: directory, stdio: ['ignore', process.stderr, 'inherit'] })
}
