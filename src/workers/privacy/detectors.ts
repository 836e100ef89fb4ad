import type { Detector } from './detector.js';
import { card } from './detectors/card.js';
import { email } from './detectors/email.js';
import { iban } from './detectors/iban.js';
import { phone } from './detectors/phone.js';
import { ssn } from './detectors/ssn.js';

/** Most specific first: a value goes to the first detector that finds it. Phone numbers have no checksum, so they come last. */
export const DETECTORS: readonly Detector[] = [iban, card, ssn, email, phone];
