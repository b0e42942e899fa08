import { drainSeconds, type RoleDescription, roleUser } from '@parley/infra/roles'
import { binaryPath, configPath, dataPath, keysPath, variablesOf } from './places.ts'

/** The unit of a role. Its keys come as credentials, which only the role can read, whoever owns the files. */
export function unitOf(name: string, role: RoleDescription): string {
  const data = [name, ...Object.values(role.directories ?? {})].map((each) => `parley/${each}`)
  const variables = Object.entries(variablesOf(role, { keys: '%d', data: dataPath }))
  return `# Written by \`npm run manifests\` from infra/src/roles/roles.ts.
[Unit]
Description=${role.about}
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User=${roleUser.name}
Group=${roleUser.name}
ExecStart=${binaryPath} ${name} --config ${configPath}/${name}.toml --data ${dataPath}/${name}
WorkingDirectory=${dataPath}/${name}
StateDirectory=${data.join(' ')}
StateDirectoryMode=0700
${role.secrets.map(({ file }) => `LoadCredential=${file}:${keysPath}/${file}\n`).join('')}${variables.map(([variable, value]) => `Environment=${variable}=${value}\n`).join('')}Restart=always
RestartSec=2
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=${drainSeconds}
RestartPreventExitStatus=2
LimitNOFILE=65536
MemoryMax=${role.memoryMib}M
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectControlGroups=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
UMask=0077

[Install]
WantedBy=multi-user.target
`
}
