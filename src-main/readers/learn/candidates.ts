/** Which decoders a device could need, by what it says of itself: the likeliest first. */
import type { ReaderRule } from '../config.ts'
import type { HidDeviceInfo } from '../port.ts'

type Candidate = Partial<ReaderRule> & { readonly decoder: ReaderRule['decoder'] }

const rfIdeas = 0x0c27
const magTek = 0x0801
const newland = 0x1eab

export function candidatesFor(info: Pick<HidDeviceInfo, 'vendorId' | 'usagePage' | 'usage'>): readonly Candidate[] {
  // A pcProx shows itself as a keyboard, too; asked, it needs no keys.
  if (info.vendorId === rfIdeas)
    return [{ decoder: 'pcprox' }, { decoder: 'keyboard-wedge' }, { decoder: 'keyboard-wedge', layout: 'fi' }]
  if (info.usagePage === 0x8c) {
    const common: Candidate = { decoder: 'hid-pos' }
    const ofNewland: Candidate = { decoder: 'hid-pos', posLayout: 'newland' }
    const microscan: Candidate = { decoder: 'hid-pos', posLayout: 'microscan' }
    return info.vendorId === newland ? [ofNewland, common, microscan] : [common, ofNewland, microscan]
  }
  const stripe: readonly Candidate[] = [
    { decoder: 'magnetic-stripe' },
    { decoder: 'magnetic-stripe', track: 1 },
    { decoder: 'magnetic-stripe', track: 3 },
  ]
  if (info.usagePage === 0x8e || info.vendorId === magTek) return stripe
  if (info.usagePage === 1 && info.usage === 6)
    return [{ decoder: 'keyboard-wedge' }, { decoder: 'keyboard-wedge', layout: 'fi' }]
  return [
    { decoder: 'document' },
    { decoder: 'document', report: { reportId: null, lengthAt: 1, dataAt: 2 } },
    { decoder: 'document', report: { reportId: null, lengthAt: null, dataAt: 0 } },
    { decoder: 'hid-pos' },
    ...stripe,
  ]
}
