export { probeProvider, type Asked, type Probed, type Step } from './probe.ts'
export { createProvider, newBinding, type Binding, type Grant, type Provider, type Told } from './provider.ts'
export { onLoopback, skewSeconds, type ClientSettings, type SettingNames } from './settings.ts'
export { clockTrouble, type Trouble } from './trouble.ts'
