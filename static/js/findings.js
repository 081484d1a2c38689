// Writing a finding: what it still lacks follows each save; a file that was sent joins the others.

import "./progress.js";
import "./thumbs.js";
