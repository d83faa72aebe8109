import { outcome } from "./check.js";
import "./time.test.js";
import "./timecode.test.js";
import "./axis.test.js";
import "./curve.test.js";
import "./moments.test.js";
import "./shown-moments.test.js";
import "./address.test.js";
import "./exports.test.js";

window.outcome = outcome();
