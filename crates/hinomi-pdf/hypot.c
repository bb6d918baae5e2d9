// SPDX-License-Identifier: Apache-2.0
// hypot and hypotf, which the typesetter's geometry calls. glibc 2.35 gave both a new version, so a binary that takes them from
// the machine it was linked on does not start on the machines with glibc 2.34 that Hinomi collects from. A square and a sum have
// no overflow in the next wider type; infinity wins over what is not a number (C17, F.10.4.3).
double sqrt(double);
long double sqrtl(long double);

double hypot(double x, double y) {
    if (__builtin_isinf(x) || __builtin_isinf(y)) {
        return __builtin_inf();
    }
    return (double)sqrtl((long double)x * x + (long double)y * y);
}

float hypotf(float x, float y) {
    if (__builtin_isinf(x) || __builtin_isinf(y)) {
        return __builtin_inff();
    }
    return (float)sqrt((double)x * x + (double)y * y);
}
