import Foundation
import Fuzzing

exit(try fuzz(tensorTargets + annotationTargets + [mediaTarget]))
