// See ../../README.md. Nothing of this header is needed.
#pragma once
