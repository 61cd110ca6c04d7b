/** What the hardware run needs is not on this computer: a reason to skip, never a failure of Lodge. */
export class Unavailable extends Error {}
