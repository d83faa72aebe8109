import Foundation
import Fuzzing

exit(try fuzz(configurationTargets + fieldTargets + [requestTarget]))
